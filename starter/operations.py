"""All operations of the product, for the command line, the JSON API, the pages and other backends.

Whatever a colleague can do goes through here, in the name of that colleague and limited to their practice. An operation
that cannot be carried out raises ``contracts.words.refusals.Refused`` and has changed nothing.
"""

from collections.abc import Mapping
from datetime import timedelta

from pydantic_settings import BaseSettings
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.service import RPCError

from contracts.payloads.runs import Deadlines
from models.kit.database import Database, answers
from models.kit.sealing import Sealer
from providers.port.provider import Providers
from starter.access.forgotten import ForgottenPasswords
from starter.access.identities import Identities, IdentityProvider
from starter.access.proofs import Proofs
from starter.access.second_steps import SecondSteps
from starter.access.sessions import Sessions
from starter.access.tokens import Tokens
from starter.clients.accounts import Accounts
from starter.clients.archive import Archive
from starter.clients.clients import Clients
from starter.clients.erasing import Erasing
from starter.clients.exports import Exports
from starter.clients.imports.imports import ClientImports
from starter.clients.many import Many
from starter.clients.merging import Merging
from starter.clients.saved_views import SavedViews
from starter.connections.changes import BookChanges
from starter.connections.client_links import ClientLinks
from starter.connections.disconnecting import Disconnecting
from starter.connections.health import ConnectionHealth
from starter.connections.link_mails import LinkMails
from starter.connections.managing import Managing
from starter.connections.software_states import SoftwareStates
from starter.connections.webhooks import ToldByProviders
from starter.factors.passkey_answers import PasskeyAnswers
from starter.factors.passkey_sign_ins import PasskeySignIns
from starter.factors.passkeys import Passkeys
from starter.factors.second_factor_rules import SecondFactorRules
from starter.factors.second_factors import SecondFactors
from starter.people.colleagues import Colleagues
from starter.people.hand_overs import HandOvers
from starter.people.outbox import Outbox
from starter.people.people import People
from starter.people.practice import Practices
from starter.runs.choice_lists import ChoiceLists
from starter.runs.choices import Choices
from starter.runs.client_sync import ClientSync
from starter.runs.consent_returns import ConsentReturns
from starter.runs.consents import Consents
from starter.runs.expected_organisations import ExpectedOrganisations
from starter.runs.runs import Runs
from starter.runs.sign_ins import SignIns
from starter.software import Software
from starter.support.reads import SupportReads
from starter.support.supporting import Supporting


class Operations:
    """The operations, by noun.

    Args:
        database: The product's database.
        sealer: Seals what a sign-in leaves in the database.
        temporal: A client with the product's payload converter.
        providers: The providers that this process can talk to, by name.
        public_url: Base address at which browsers reach us, without a final slash.
        deadlines: How long runs wait for people before they expire.
        answer_within: How long to wait for the answer to a selection.
        identity_provider: Where colleagues can sign in to the pages; None when none is configured.
        apps: What is set of our apps at the providers, by their names.
        sends_mail: Whether the worker has a mail server.

    Attributes:
        software: The accounting software that is on, and which one is meant.
        software_states: Which is set up, and how well.
        practices: One's own practice: name, time zone, plan, allowance and mail.
        runs: Start, show, choose, retry, stop.
        sign_ins: The sign-ins that a run expects, where each brings one organisation.
        expected_organisations: The organisations that a run expects by name, likewise.
        client_sync: Start a run from a button; pressing twice starts one run.
        choices: What people can choose from when organisations become clients.
        choice_lists: The same as a file, out and in.
        consents: Begin sign-ins at a provider.
        consent_returns: Finish these sign-ins when the browser comes back.
        clients: Client accounts, their lists and their history.
        saved_views: Views of the client list that colleagues keep.
        accounts: Client accounts made and changed by hand.
        archive: Archive clients, and restore them.
        erasing: Erase archived clients for good.
        merging: Make one account of two.
        client_imports: Clients out of somebody's list.
        exports: Clients, lists, runs and timelines as CSV; clients as XLSX too.
        hand_overs: Give a colleague's clients to another colleague; for admins.
        health: The health of all connections, and a check of them now.
        colleagues: The practice's colleagues: who they are, how they come and leave.
        people: Teams and roles.
        outbox: Notices to colleagues; for admins.
        sessions: Signing in to the pages.
        forgotten_passwords: Choose a new password by a link in a mail.
        identities: Signing in at the operator's identity provider.
        second_factors: One's own second factor.
        passkeys: One's own passkeys, which are second factors.
        passkey_sign_ins: Sign in with a passkey alone.
        second_factor_rules: Require second factors, and remove lost ones of others.
        second_steps: The second step of signing in, after the password.
        tokens: Bearer tokens for the JSON API.
        support_reads: Record what support staff have read of workflows.
        managing: One client's connection: settings, refresh, reconnect.
        disconnecting: Ending one client's connection.
        changes: Moving one client to other books, and back.
        many: One action on many clients.
        supporting: The facts for support staff that workflows get.
    """

    def __init__(
        self,
        *,
        database: Database,
        sealer: Sealer,
        temporal: Client,
        providers: Providers,
        public_url: str,
        deadlines: Deadlines,
        answer_within: timedelta = timedelta(seconds=20),
        identity_provider: IdentityProvider | None = None,
        apps: Mapping[str, BaseSettings] | None = None,
        sends_mail: bool = False,
    ) -> None:
        self._database = database
        self._temporal = temporal
        self.software = Software(providers)
        self.software_states = SoftwareStates(database, temporal, providers, apps or {}, public_url)
        self.practices = Practices(database, temporal, public_url)
        self.colleagues = Colleagues(database)
        self.people = People(database)
        self.outbox = Outbox(database)
        self.sessions = Sessions(database, public_url)
        self.forgotten_passwords = ForgottenPasswords(database, temporal, self.sessions)
        answers = PasskeyAnswers(database, self.sessions, public_url)
        proofs = Proofs(database, sealer, self.sessions, answers)
        self.second_factors = SecondFactors(database, sealer, self.sessions, proofs)
        self.passkeys = Passkeys(database, self.sessions, answers, proofs)
        self.passkey_sign_ins = PasskeySignIns(database, self.sessions, answers)
        self.identities = Identities(database, sealer, self.sessions, identity_provider)
        self.second_factor_rules = SecondFactorRules(database)
        self.second_steps = SecondSteps(database, self.sessions, proofs, self.second_factors, self.passkeys)
        self.tokens = Tokens(database)
        self.support_reads = SupportReads(database)
        self.clients = Clients(database)
        self.saved_views = SavedViews(database)
        self.accounts = Accounts(database, temporal)
        self.client_imports = ClientImports(database, sealer)
        self.supporting = Supporting(temporal, public_url)
        self.health = ConnectionHealth(database, temporal, self.supporting)
        self.consents = Consents(database, sealer, providers, public_url, deadlines.consent)
        self.consent_returns = ConsentReturns(database, sealer, temporal, self.consents)
        self.sign_ins = SignIns(database, temporal)
        self.expected_organisations = ExpectedOrganisations(database)
        self.runs = Runs(database, temporal, self.consents, self.supporting, self.software, deadlines, answer_within)
        self.client_sync = ClientSync(self.runs, self.consents)
        self.choices = Choices(database)
        self.choice_lists = ChoiceLists(database, self.runs, self.choices, self.client_imports)
        self.exports = Exports(database, self.clients, self.runs, self.software)
        self.hand_overs = HandOvers(database, self.runs, self.software)
        self.managing = Managing(database, temporal, self.consents, self.runs, self.software, self.supporting)
        mails = LinkMails(database, sealer, temporal, sends_mail=sends_mail)
        self.client_links = ClientLinks(database, self.consents, self.managing, self.runs, mails, public_url)
        self.told = ToldByProviders(database, self.consents, self.managing)
        self.disconnecting = Disconnecting(database, temporal, self.managing)
        self.archive = Archive(database, self.disconnecting)
        self.erasing = Erasing(database, sealer, temporal)
        self.merging = Merging(database, temporal)
        self.many = Many(database, self.accounts, self.managing, self.disconnecting, self.archive)
        self.changes = BookChanges(database, temporal, self.runs, self.managing, answer_within)

    @property
    def temporal_namespace(self) -> str:
        """The namespace that holds our workflows."""
        return self._temporal.namespace

    async def missing(self) -> list[str]:
        """What cannot be reached at present: ``database``, ``temporal``; empty when both answer."""
        missing = []
        try:
            async with self._database.reading() as session:
                await answers(session)
        except (SQLAlchemyError, OSError):
            missing.append("database")
        try:
            reachable = await self._temporal.service_client.check_health(timeout=timedelta(seconds=3))
        except RPCError:
            reachable = False
        return missing if reachable else [*missing, "temporal"]
