-- The unit ledger's guards: what a move may be, and everything that follows from it.
-- A posting is one INSERT into unit_moves; balances and claims are written here and nowhere else.

CREATE OR REPLACE FUNCTION unit_move_allowed(side text, from_state text, to_state text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT EXISTS (
        SELECT 1
        FROM (VALUES
            ('demand', NULL, 'captured held queued'),
            ('demand', 'captured', 'held queued cancelled refunded'),
            ('demand', 'held', 'captured queued cancelled refunded'),
            ('demand', 'queued', 'held queued sent allocated cancelled refunded shorted'),
            ('demand', 'sent', 'queued sent allocated cancelled refunded shorted'),
            ('demand', 'allocated', 'sent packed cancelled refunded'),
            ('demand', 'packed', 'allocated outbound cancelled refunded'),
            ('demand', 'outbound', 'packed delivered returned'),
            ('demand', 'delivered', 'returned'),
            ('demand', 'shorted', 'queued cancelled refunded'),
            ('supply', NULL, 'sent received'),
            ('supply', 'sent', 'acknowledged inbound received withdrawn shorted'),
            ('supply', 'acknowledged', 'inbound received withdrawn shorted'),
            ('supply', 'inbound', 'sent received shorted'),
            ('supply', 'received', 'inbound allocated damaged withdrawn'),
            ('supply', 'allocated', 'received'),
            ('supply', 'shorted', 'inbound received')
        ) AS allowed (of_side, origin, goals)
        WHERE of_side = side
          AND origin IS NOT DISTINCT FROM from_state
          AND to_state = ANY (string_to_array(goals, ' '))
    )
$$;

CREATE OR REPLACE FUNCTION unit_refuse(reason text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING MESSAGE = 'unit ledger: ' || reason, ERRCODE = 'check_violation';
END $$;

-- Balances and claims change only inside the trigger of a move; postings and moves never change.
CREATE OR REPLACE FUNCTION unit_follow_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        PERFORM unit_refuse(TG_TABLE_NAME || ' follow from moves');
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

CREATE OR REPLACE FUNCTION unit_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM unit_refuse(TG_TABLE_NAME || ' are never changed or deleted');
    RETURN NULL;
END $$;

CREATE TRIGGER follow_only BEFORE INSERT OR UPDATE OR DELETE ON unit_balances
    FOR EACH ROW EXECUTE FUNCTION unit_follow_only();
CREATE TRIGGER follow_only BEFORE INSERT OR UPDATE OR DELETE ON unit_claims
    FOR EACH ROW EXECUTE FUNCTION unit_follow_only();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON unit_moves
    FOR EACH ROW EXECUTE FUNCTION unit_never_changes();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON unit_postings
    FOR EACH ROW EXECUTE FUNCTION unit_never_changes();

-- A lot is fixed once made, but for the mark that it is late; what a demand is meant to come from is a supply.
CREATE OR REPLACE FUNCTION unit_lot_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM unit_refuse('lots are never deleted');
    ELSIF TG_OP = 'UPDATE' THEN
        IF (to_jsonb(NEW) - 'late') <> (to_jsonb(OLD) - 'late') OR (OLD.late AND NOT NEW.late) THEN
            PERFORM unit_refuse('of a lot only the mark that it is late may be set');
        END IF;
    ELSIF NEW.supply_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM unit_lots WHERE store_id = NEW.store_id AND id = NEW.supply_id AND side = 'supply'
    ) THEN
        PERFORM unit_refuse('units come from a supply');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON unit_lots
    FOR EACH ROW EXECUTE FUNCTION unit_lot_guard();

CREATE OR REPLACE FUNCTION unit_post_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM unit_moves
        WHERE (store_id, posting_id) IN (SELECT store_id, posting_id FROM added)) <> (SELECT count(*) FROM added)
    THEN
        PERFORM unit_refuse('a posting is written at once');
    END IF;

    IF EXISTS (
        SELECT 1 FROM added
        JOIN unit_lots AS goal ON goal.store_id = added.store_id AND goal.id = added.to_lot_id
        LEFT JOIN unit_lots AS origin ON origin.store_id = added.store_id AND origin.id = added.from_lot_id
        WHERE NOT unit_move_allowed(goal.side, added.from_state, added.to_state)
           OR origin.partner_variant_id <> goal.partner_variant_id
           OR (added.from_lot_id = added.to_lot_id AND added.from_state = added.to_state)
           OR (added.to_state IN ('captured', 'held') AND (goal.supply_id IS NOT NULL OR goal.eligible_at IS NOT NULL))
           OR (added.to_state = 'queued' AND goal.eligible_at IS NULL)
           OR (goal.side = 'demand' AND added.to_state = 'sent' AND goal.supply_id IS NULL)
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
        JOIN unit_lots AS lot ON lot.store_id = step.store_id AND lot.id = step.lot_id
        WHERE step.state IN ('allocated', 'packed', 'outbound', 'delivered', 'returned')
        GROUP BY lot.store_id, CASE lot.side WHEN 'supply' THEN lot.id ELSE lot.supply_id END
        HAVING sum(CASE lot.side WHEN 'supply' THEN step.quantity ELSE -step.quantity END) <> 0
    ) THEN
        PERFORM unit_refuse('a match moves as many units on each side');
    END IF;

    WITH net AS (
        SELECT store_id, partner_id, lot_id, state, sum(quantity) AS quantity
        FROM (
            SELECT store_id, partner_id, to_lot_id AS lot_id, to_state AS state, quantity FROM added
            UNION ALL
            SELECT store_id, partner_id, from_lot_id, from_state, -quantity FROM added WHERE from_lot_id IS NOT NULL
        ) AS step
        GROUP BY store_id, partner_id, lot_id, state
    ), changed AS (
        UPDATE unit_balances AS balance SET quantity = balance.quantity + net.quantity
        FROM net
        WHERE balance.store_id = net.store_id AND balance.lot_id = net.lot_id AND balance.state = net.state
        RETURNING balance.store_id, balance.lot_id, balance.state
    )
    INSERT INTO unit_balances (store_id, partner_id, lot_id, state, quantity)
    SELECT store_id, partner_id, lot_id, state, quantity FROM net
    WHERE (store_id, lot_id, state) NOT IN (SELECT store_id, lot_id, state FROM changed);

    -- What the partner's stock cannot show yet: bought and not asked for …
    DELETE FROM unit_claims
    WHERE confirmed_at IS NULL
      AND (store_id, lot_id) IN (
          SELECT store_id, to_lot_id FROM added UNION SELECT store_id, from_lot_id FROM added
      );
    INSERT INTO unit_claims (partner_store_id, store_id, lot_id, partner_variant_id, quantity)
    SELECT lot.partner_store_id, lot.store_id, lot.id, lot.partner_variant_id, sum(balance.quantity)
    FROM unit_lots AS lot
    JOIN unit_balances AS balance ON balance.store_id = lot.store_id AND balance.lot_id = lot.id
    WHERE lot.side = 'demand'
      AND balance.state IN ('captured', 'held', 'queued')
      AND (lot.store_id, lot.id) IN (
          SELECT store_id, to_lot_id FROM added UNION SELECT store_id, from_lot_id FROM added
      )
    GROUP BY lot.partner_store_id, lot.store_id, lot.id, lot.partner_variant_id
    HAVING sum(balance.quantity) > 0;
    -- … and asked for, until a snapshot whose request began after the confirming answer arrived.
    INSERT INTO unit_claims (partner_store_id, store_id, lot_id, partner_variant_id, quantity, confirmed_at)
    SELECT lot.partner_store_id, lot.store_id, lot.id, lot.partner_variant_id, sum(added.quantity), posting.true_from
    FROM added
    JOIN unit_lots AS lot ON lot.store_id = added.store_id AND lot.id = added.to_lot_id
    JOIN unit_postings AS posting ON posting.store_id = added.store_id AND posting.id = added.posting_id
    WHERE lot.side = 'supply' AND added.from_state IS NULL AND added.to_state = 'sent'
    GROUP BY lot.partner_store_id, lot.store_id, lot.id, lot.partner_variant_id, posting.true_from;

    RETURN NULL;
END $$;

CREATE TRIGGER post AFTER INSERT ON unit_moves
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION unit_post_moves();

-- A retailer sees its own claims even when the partnership no longer lives.
CREATE POLICY own_claims ON unit_claims FOR SELECT TO hub_app, hub_system
    USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
