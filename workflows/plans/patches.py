"""The names of patches. A workflow that was running when its code changed keeps its earlier commands by them."""

LARGER_GROUPS = "larger-groups"
"""The patch by which runs under way keep the sizes that they began with."""

WIDENED = "widened"
"""The patch by which a client's own sync that is at work is told which lists are asked for, too."""

TIDIES_UP = "tidies-up"
"""Patch: the night ends with deleting what is kept no longer."""

LIMITS_WAITED_FOR = "limits-waited-for"
"""The patch by which a run that moves clients waits for those whose calls are used up, instead of giving them up."""

STOPPED_IS_TOLD = "stopped-is-told"
"""The patch by which a client's own sync that somebody stops tells the runs that wait for it."""

LAST_CHOICE = "last-choice"
"""The patch by which a choice or a confirmation in the last second is judged before the run expires, and none after."""

STORED_OR_OVER = "stored-or-over"
"""The patch by which a run that was never stored ends, instead of waiting for a sign-in that nobody was sent to."""

SIGN_IN_QUEUE = "sign-in-queue"
"""The patch by which a run waits for a sign-in for each organisation, where each brings only one."""

LAST_WISH = "last-wish"
"""The patch by which a sync that is told to retry while it notes its end does."""

SENDS_MAIL = "sends-mail"
"""The patch by which the look at lost work sends what is in the outbox too."""

ROUNDS_IN_ORDER = "rounds-in-order"
"""The patch by which each round of a night looks at each login once."""

CLIENT_AS_NOTED = "client-as-noted"
"""The patch by which a night hands a client over as it is when its trouble is recorded, not as it was listed."""

MORE_GROUPS = "more-lanes"
"""The patch by which runs under way keep the number that they began with."""

WAITS_ANEW = "waits-anew"
"""The patch by which a run that waits for a choice goes on in a new history when many sign-ins made it long."""

NIGHT_IN_GROUPS = "night-in-groups"
"""The patch by which a check refreshes clients in groups, as a run pulls them."""

CONFIRMED_AS_RECORDED = "confirmed-as-recorded"
"""The patch by which a change is confirmed once its preview is recorded, although the workflow has not heard of it."""

NIGHT_BY_WEIGHT = "night-by-weight"
"""The patch by which a check's groups are larger, where most of their clients are read in part."""

EVEN_GROUPS = "even-groups"
"""The patch by which a run cuts each page of its clients into groups that end at about the same time."""

FEWER_STEPS = "fewer-steps"
"""The patch by which clients are created, their run's stage is noted and the first to pull are found in one step, and a
page that is the last is not asked for again."""

MORE_NIGHT_GROUPS = "more-night-groups"
"""The patch by which checks under way keep the number and the cut of groups that they began with."""

FEWER_GROUPS = "fewer-groups"
"""The patch by which runs and checks under way keep the groups that they began with: more at once, of fewer clients,
and of fewer profiles."""

FULLER_NIGHT_GROUPS = "fuller-night-groups"
"""The patch by which checks under way keep the size of groups, and the pages, that they began with."""
