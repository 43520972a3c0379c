"""A database error in an activity tells no row."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.shared.error_scrubber import DATABASE_ERROR, ErrorScrubber
from models.kit.database import Database

SECRET = "Wilhelmina Contact"


class Innermost(ActivityInboundInterceptor):
    """Runs the activity itself, as the worker's own last interceptor does."""

    def __init__(self) -> None:
        """Nothing comes after it."""

    async def execute_activity(self, input: ExecuteActivityInput) -> object:  # noqa: A002  # the SDK's name
        return await input.fn(*input.args)


async def test_the_row_that_postgres_quotes_goes_nowhere(database: Database):
    @activity.defn
    async def breaks() -> None:
        async with database.transaction() as session:
            statement = text("INSERT INTO practices (id, name) VALUES (gen_random_uuid(), :name)")
            await (await session.connection()).execute(statement, {"name": SECRET})

    discreet = ErrorScrubber().intercept_activity(Innermost())
    asked = ExecuteActivityInput(fn=breaks, args=[], executor=None, headers={})
    with pytest.raises(ApplicationError) as failed:
        await ActivityEnvironment().run(discreet.execute_activity, asked)
    assert failed.value.type == DATABASE_ERROR
    assert "23502" in failed.value.message  # PostgreSQL's not_null_violation
    chain: BaseException | None = failed.value
    while chain is not None:
        assert SECRET not in str(chain)
        chain = chain.__cause__
    with pytest.raises(DBAPIError) as quoted:
        await breaks()
    assert quoted.value.orig is not None
    assert SECRET in str(quoted.value.orig.__cause__)  # what the chain would have told
