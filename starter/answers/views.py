"""Names for the values that operations take and return, for pages, API and commands; nobody changes these values.

They are defined in ``models``, which pages, API and commands may not import.
"""

from models.access.password_links import MOST_MAILS
from models.access.password_links import VALID_FOR as MAILED_LINK_VALID_FOR
from models.access.tokens import USUAL, TokenView
from models.clients.facets import ClientFacets
from models.clients.reads import ClientFilter, ClientOrder, ClientSort, ClientStatus, ClientView
from models.clients.tables import Client
from models.connections.changes import undo_until
from models.connections.reads import Details, Managed
from models.connections.settings import chosen_lists
from models.connections.tables import Connection, Receipt
from models.events.reads import EventView
from models.kit.columns import now
from models.kit.database_away import is_away
from models.lists.tables import ContactRow, StandardRow
from models.practices.reads import ColleagueView
from models.practices.tables import Practice
from models.practices.teams import TeamView
from models.runs.choosable import Choosable
from models.runs.progress import RunSnapshot
from models.runs.reads import RunFilter, RunView
from models.runs.reports import OFFERS, ListedOrganisation, OrganisationFilter, OrganisationView, RowOrder
from models.runs.tables import ExpectedOrganisation, Run
from rules.clients.row_actions import RowAction
from rules.clients.saved_views import LONGEST_NAME as LONGEST_VIEW_NAME
from rules.clients.saved_views import FixedView
from rules.runs.endings import STUCK

__all__ = [
    "LONGEST_VIEW_NAME",
    "MAILED_LINK_VALID_FOR",
    "MOST_MAILS",
    "OFFERS",
    "STUCK",
    "USUAL",
    "Choosable",
    "Client",
    "ClientFacets",
    "ClientFilter",
    "ClientOrder",
    "ClientSort",
    "ClientStatus",
    "ClientView",
    "ColleagueView",
    "Connection",
    "ContactRow",
    "Details",
    "EventView",
    "ExpectedOrganisation",
    "FixedView",
    "ListedOrganisation",
    "Managed",
    "OrganisationFilter",
    "OrganisationView",
    "Practice",
    "Receipt",
    "RowAction",
    "RowOrder",
    "Run",
    "RunFilter",
    "RunSnapshot",
    "RunView",
    "StandardRow",
    "TeamView",
    "TokenView",
    "chosen_lists",
    "is_away",
    "now",
    "undo_until",
]
