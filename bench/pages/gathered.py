"""What a practice has gathered after some years, as SQL: lists, receipts, events, runs that have ended, notices.

The statements are executed in this order; each may use ``:practice``, ``:colleague``, ``:provider`` and ``:lists``.
"""

GATHERED = (
    # Every list of every connection has its receipt; of a connection in trouble, three say so.
    """INSERT INTO receipts (connection_id, list_name, rows, pulled_at, added, changed, gone, cause, attempted_at)
       SELECT c.id, l.name, 40, c.last_good_at, 0, 1, 0, CASE WHEN l.place < 4 THEN c.cause END, now()
       FROM connections c, unnest(CAST(:lists AS text[])) WITH ORDINALITY AS l (name, place)
       WHERE c.practice_id = :practice""",
    """INSERT INTO organisation_profiles (connection_id, fingerprint, changed_at, key, name, country_code,
           base_currency, registration_number, is_demo, is_trial, record)
       SELECT c.id, '', now(), c.organisation_id, c.organisation_name, 'GB', 'GBP', k.company_number, false, false, '{}'
       FROM connections c JOIN clients k ON k.id = c.client_id WHERE c.practice_id = :practice""",
    """INSERT INTO grant_reach (grant_id, organisation_id, name, seen_at)
       SELECT grant_id, organisation_id, organisation_name, now() FROM connections WHERE practice_id = :practice""",
    # Every client has 3,000 contacts in two cases, and twenty otherwise; 200 accounts and none.
    """INSERT INTO contacts (connection_id, fingerprint, changed_at, key, name, status, is_supplier, is_customer,
           is_archived, in_suppliers, in_customers, record)
       SELECT c.id, '', now(), n::text, 'Supplier ' || n, 'ACTIVE', n % 2 = 0, n % 2 = 1, false, n % 2 = 0, n % 2 = 1,
              '{"EmailAddress": "accounts@supplier.example"}'
       FROM clients k JOIN connections c ON c.client_id = k.id,
            generate_series(1, CASE WHEN k.code IN ('C00001', 'C00061') THEN 3000 ELSE 20 END) n
       WHERE k.practice_id = :practice""",
    """INSERT INTO accounts (connection_id, fingerprint, changed_at, key, code, name, account_type, status,
           is_bank_account, takes_payments, shows_in_expense_claims, is_archived, record)
       SELECT c.id, '', now(), n::text, n::text, 'Account ' || n, 'EXPENSE', 'ACTIVE', false, false, false, false, '{}'
       FROM clients k JOIN connections c ON c.client_id = k.id, generate_series(1, 200) n
       WHERE k.practice_id = :practice AND k.code IN ('C00001', 'C00061')""",
    """INSERT INTO events (practice_id, client_id, connection_id, colleague_id, kind, before, after, at)
       SELECT k.practice_id, k.id, c.id, k.owner_id, 'client.owner_changed', 'Ada', 'Ben',
              now() - n * interval '9 hours'
       FROM clients k LEFT JOIN connections c ON c.client_id = k.id,
            generate_series(1, CASE WHEN k.code IN ('C00001', 'C00061') THEN 1000 ELSE 10 END) n
       WHERE k.practice_id = :practice""",
    """INSERT INTO runs (id, practice_id, colleague_id, provider, kind, stage, result, created_at, finished_at)
       SELECT 'reconnect-all-old-' || n, :practice, :colleague, :provider, 'reconnect-all', 'finished', 'completed',
              now() - n * interval '1 day', now() - n * interval '1 day' + interval '1 minute'
       FROM generate_series(1, 400) n""",
    """INSERT INTO run_organisations (run_id, organisation_id, position, name, grant_id, connection_id, client_id,
           outcome, updated_at, verdict)
       SELECT r.id, c.organisation_id, row_number() OVER (PARTITION BY r.id), c.organisation_name, c.grant_id, c.id,
              c.client_id, 'healthy', now(), 'already_client'
       FROM runs r, (SELECT * FROM connections WHERE practice_id = :practice LIMIT 100) c
       WHERE r.id LIKE 'reconnect-all-old-%'""",
    """INSERT INTO notices (id, practice_id, colleague_id, kind, subject, body, dedupe_key, created_at, sent_at,
           deferrals)
       SELECT gen_random_uuid(), :practice, :colleague, 'digest', '60 connections need you', repeat('A line. ', 300),
              'bench-' || n, now(), now(), 0 FROM generate_series(1, 200) n""",
)
