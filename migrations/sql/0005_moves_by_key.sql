-- What follows from moves, asked so that the keys of the tables answer: each question names its store and its lots as
-- values. Left to itself the planner reads all lots of a store for each move while it does not know yet how many there
-- are, as in a sale's peak.
CREATE OR REPLACE FUNCTION unit_post_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched record;
BEGIN
    FOR touched IN
        SELECT store_id, array_agg(DISTINCT posting_id) AS postings, array_agg(DISTINCT lot_id) AS lots
        FROM (
            SELECT store_id, posting_id, to_lot_id AS lot_id FROM added
            UNION ALL
            SELECT store_id, posting_id, from_lot_id FROM added WHERE from_lot_id IS NOT NULL
        ) AS step
        GROUP BY store_id
    LOOP
        IF (SELECT count(*) FROM unit_moves
            WHERE store_id = touched.store_id AND posting_id = ANY (touched.postings))
            <> (SELECT count(*) FROM added WHERE store_id = touched.store_id)
        THEN
            PERFORM unit_refuse('a posting is written at once');
        END IF;

        IF EXISTS (
            SELECT 1 FROM added
            JOIN unit_lots AS goal
                ON goal.store_id = touched.store_id AND goal.id = ANY (touched.lots) AND goal.id = added.to_lot_id
            LEFT JOIN unit_lots AS origin
                ON origin.store_id = touched.store_id AND origin.id = ANY (touched.lots)
                AND origin.id = added.from_lot_id
            WHERE added.store_id = touched.store_id AND (
                NOT unit_move_allowed(goal.side, added.from_state, added.to_state)
                OR origin.partner_variant_id <> goal.partner_variant_id
                OR (added.from_lot_id = added.to_lot_id AND added.from_state = added.to_state)
                OR (added.to_state IN ('captured', 'held')
                    AND (goal.supply_id IS NOT NULL OR goal.eligible_at IS NOT NULL))
                OR (added.to_state = 'queued' AND goal.eligible_at IS NULL)
                OR (goal.side = 'demand' AND added.to_state = 'sent' AND goal.supply_id IS NULL)
            )
        ) THEN
            PERFORM unit_refuse('this move is not allowed');
        END IF;

        -- A match has two sides: what a supply allocates stands behind demands that are meant to come from it.
        IF EXISTS (
            SELECT 1
            FROM (
                SELECT store_id, to_lot_id AS lot_id, to_state AS state, quantity FROM added
                UNION ALL
                SELECT store_id, from_lot_id, from_state, -quantity FROM added WHERE from_lot_id IS NOT NULL
            ) AS step
            JOIN unit_lots AS lot
                ON lot.store_id = touched.store_id AND lot.id = ANY (touched.lots) AND lot.id = step.lot_id
            WHERE step.store_id = touched.store_id
                AND step.state IN ('allocated', 'packed', 'outbound', 'delivered', 'returned')
            GROUP BY CASE lot.side WHEN 'supply' THEN lot.id ELSE lot.supply_id END
            HAVING sum(CASE lot.side WHEN 'supply' THEN step.quantity ELSE -step.quantity END) <> 0
        ) THEN
            PERFORM unit_refuse('a match moves as many units on each side');
        END IF;

        WITH net AS MATERIALIZED (
            SELECT partner_id, lot_id, state, sum(quantity) AS quantity
            FROM (
                SELECT store_id, partner_id, to_lot_id AS lot_id, to_state AS state, quantity FROM added
                UNION ALL
                SELECT store_id, partner_id, from_lot_id, from_state, -quantity FROM added
                WHERE from_lot_id IS NOT NULL
            ) AS step
            WHERE store_id = touched.store_id
            GROUP BY partner_id, lot_id, state
        ), changed AS (
            UPDATE unit_balances AS balance SET quantity = balance.quantity + net.quantity
            FROM net
            WHERE balance.store_id = touched.store_id AND balance.lot_id = ANY (touched.lots)
                AND balance.lot_id = net.lot_id AND balance.state = net.state
            RETURNING balance.lot_id, balance.state
        )
        INSERT INTO unit_balances (store_id, partner_id, lot_id, state, quantity)
        SELECT touched.store_id, partner_id, lot_id, state, quantity FROM net
        WHERE (lot_id, state) NOT IN (SELECT lot_id, state FROM changed);

        -- What the partner's stock cannot show yet: bought and not asked for …
        DELETE FROM unit_claims
        WHERE confirmed_at IS NULL AND store_id = touched.store_id AND lot_id = ANY (touched.lots);
        INSERT INTO unit_claims (partner_store_id, store_id, lot_id, partner_variant_id, quantity)
        SELECT lot.partner_store_id, lot.store_id, lot.id, lot.partner_variant_id, sum(balance.quantity)
        FROM unit_lots AS lot
        JOIN unit_balances AS balance
            ON balance.store_id = touched.store_id AND balance.lot_id = ANY (touched.lots) AND balance.lot_id = lot.id
        WHERE lot.store_id = touched.store_id AND lot.id = ANY (touched.lots)
            AND lot.side = 'demand' AND balance.state IN ('captured', 'held', 'queued')
        GROUP BY lot.partner_store_id, lot.store_id, lot.id, lot.partner_variant_id
        HAVING sum(balance.quantity) > 0;
        -- … and asked for, until a snapshot whose request began after the confirming answer arrived.
        INSERT INTO unit_claims (partner_store_id, store_id, lot_id, partner_variant_id, quantity, confirmed_at)
        SELECT lot.partner_store_id, lot.store_id, lot.id, lot.partner_variant_id, sum(added.quantity),
            posting.true_from
        FROM added
        JOIN unit_lots AS lot
            ON lot.store_id = touched.store_id AND lot.id = ANY (touched.lots) AND lot.id = added.to_lot_id
        JOIN unit_postings AS posting
            ON posting.store_id = touched.store_id AND posting.id = ANY (touched.postings)
            AND posting.id = added.posting_id
        WHERE added.store_id = touched.store_id
            AND lot.side = 'supply' AND added.from_state IS NULL AND added.to_state = 'sent'
        GROUP BY lot.partner_store_id, lot.store_id, lot.id, lot.partner_variant_id, posting.true_from;
    END LOOP;
    RETURN NULL;
END $$;
