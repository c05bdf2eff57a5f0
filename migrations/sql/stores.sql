-- A new store gets its number before its row, so that the first event can stand in the transaction that makes it.
GRANT USAGE ON SEQUENCE stores_id_seq TO hub_system;
