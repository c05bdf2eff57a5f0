"""Twelve deliberate bugs, as changes of text: what each breaks, and which histories or tests have to catch it."""

from dataclasses import dataclass

Change = tuple[str, str, str]  # file, what stands there exactly once, what stands there instead


@dataclass(frozen=True, slots=True)
class Bug:
    """A fault someone could make; it has to be caught by one of these seeds or by one of these tests."""

    name: str
    changes: tuple[Change, ...]
    seeds: tuple[int, ...] = ()
    tests: tuple[str, ...] = ()


BUGS: tuple[Bug, ...] = (
    Bug(
        "a unique key dropped: a delivery may be stored twice",
        (
            (
                "migrations/sql/0001_tables.sql",
                "UNIQUE (source, shop_domain, webhook_id)",
                "UNIQUE (id, source, shop_domain, webhook_id)",
            ),
            (
                "app/inbox/models.py",
                'UniqueConstraint("source", "shop_domain", "webhook_id")',
                'UniqueConstraint("id", "source", "shop_domain", "webhook_id")',
            ),
            ("webhooks/intake.py", "    ON CONFLICT (source, shop_domain, webhook_id) DO NOTHING\n", ""),
        ),
        tests=("tests/webhooks/test_shopify.py",),
    ),
    Bug(
        "200 before the commit",
        (
            (
                "webhooks/shopify.py",
                "        await intake.take(delivery, await runtime.clock.now())",
                "        asyncio.ensure_future(intake.take(delivery, await runtime.clock.now()))",
            ),
            (
                "webhooks/shopify.py",
                "from collections.abc import Mapping\n",
                "import asyncio\nfrom collections.abc import Mapping\n",
            ),
        ),
        tests=("tests/webhooks/test_intake.py",),
    ),
    Bug(
        "no fence: a worker that slept commits all the same",
        (
            (
                "app/job_runs/ledger.py",
                '    mine = await run_plainly(uow.session, _FENCE, {"id": run.id, "attempt": run.attempt})\n'
                "    if mine.rowcount != 1:\n",
                '    mine = await run_plainly(uow.session, _FENCE, {"id": run.id, "attempt": run.attempt})\n'
                "    if mine.rowcount < 0:\n",
            ),
        ),
        tests=("tests/jobs/test_runner.py",),
    ),
    Bug(
        "a create without an answer is sent again blindly",
        (
            (
                "app/gateways/shopify/client.py",
                "if is_over or (may_have_changed and not document.repeatable):",
                "if is_over:",
            ),
        ),
        tests=("tests/gateways/test_client.py",),
    ),
    Bug(
        "the cut-off in UTC instead of the partner's zone",
        (("app/partners/rules.py", "    zone = ZoneInfo(calendar.time_zone)\n", '    zone = ZoneInfo("UTC")\n'),),
        seeds=(3,),
    ),
    Bug(
        "differences instead of targets: each reading takes away again what was taken away",
        (
            (
                "app/orders/service/capture.py",
                "        line.target = rules.target_of(now, state, before)\n",
                "        line.target = rules.target_of(now, state, before)\n"
                "        if before:\n"
                "            taken = [each for _, each in edits_of(facts)[line.shopify_line_id] if each < 0]\n"
                "            line.target = max(before + sum(taken), 0)\n",
            ),
        ),
        seeds=(4,),
    ),
    Bug(
        "only this retailer's units count against the partner's stock",
        (
            (
                "app/inventory/service/offering.py",
                "unseen_others=sum(by_store.values()) - mine,",
                "unseen_others=0,",
            ),
        ),
        seeds=(4,),
    ),
    Bug(
        "a draft completed without payment terms",
        (
            (
                "app/master_orders/flows/content.py",
                "payment_terms_template_id=plan.terms_template_id,",
                "payment_terms_template_id=None,",
            ),
            (
                "app/master_orders/flows/draft.py",
                "has_terms = draft.has_payment_terms or plan.terms_template_id is None",
                "has_terms = True",
            ),
        ),
        seeds=(3,),
    ),
    Bug(
        "an empty list of fulfilment orders lowers a target",
        (
            (
                "app/orders/rules.py",
                "    if line.open_quantities:\n",
                "    if line.open_quantities or routing.was_shown:\n",
            ),
        ),
        tests=("tests/orders/test_rules.py",),
    ),
    Bug(
        "a unit eligible exactly at the cut-off joins this week",
        (
            (
                "app/master_orders/service/cycles.py",
                "if lot.eligible_at < cycle.cutoff_at and",
                "if lot.eligible_at <= cycle.cutoff_at and",
            ),
        ),
        tests=("tests/master_orders/test_close.py::test_what_is_eligible_exactly_at_the_cutoff_joins_the_next",),
    ),
    Bug(
        "customers are given more than was received",
        (
            ("app/receiving/rules.py", "            left[supply_line_id] -= count\n", ""),
            ("app/receiving/rules.py", "        quantity -= granted[lot.lot_id]\n", ""),
        ),
        tests=("tests/receiving/test_rules.py",),
    ),
    Bug(
        "news of a parcel that comes again makes another parcel of it",
        (
            (
                "app/receiving/service/parcels.py",
                "    if parcel is None:\n        if facts.status",
                "    if parcel is None or facts.tracking:\n        if facts.status",
            ),
        ),
        tests=("tests/receiving/test_parcels.py::test_the_same_news_twice_and_a_corrected_number_are_one_parcel",),
    ),
)
