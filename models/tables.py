"""Imports every table of the product, so that SQLAlchemy knows all of them when a database is opened.

A foreign key names its table as text; without the other table's module, the first flush would fail. Queries do not
import from here but import the table that they need.
"""

import models.access.tables
import models.budgets.tables
import models.clients.tables
import models.connections.tables
import models.events.tables
import models.grants.tables
import models.lists.tables
import models.notices.tables
import models.practices.tables
import models.runs.tables  # noqa: F401  # and so all of the above
