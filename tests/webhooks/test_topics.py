from app.receiving.jobs import ReadMasterOrders
from app.receiving.service.watching import QUARTER
from app.stores.topics import TOPICS
from jobs.registry import load_handlers, who_hears
from jobs.schedule import STANDING
from webhooks.topics import SAFETY, WITHOUT_POLL


def test_everything_that_can_be_lost_has_a_poll() -> None:
    told = {topic.name for topic in TOPICS}

    covered = {name for safety in SAFETY for name in safety.topics}

    assert told == covered | WITHOUT_POLL
    assert not covered & WITHOUT_POLL


def test_every_poll_is_a_job_that_is_done_as_often_as_the_table_says() -> None:
    handlers = load_handlers()
    standing = {standing.job(1).name: standing.minutes for standing in STANDING}
    standing[ReadMasterOrders.name] = QUARTER  # while something is awaited, that is while there can be news

    for safety in SAFETY:
        assert safety.poll in handlers
        assert standing.get(safety.poll, safety.minutes) <= safety.minutes


def test_every_topic_is_handled_for_its_role() -> None:
    load_handlers()

    unheard = [topic.name for topic in TOPICS if who_hears(topic.name, topic.role) is None]

    assert unheard == []
