from tests.orders.desk import desk  # noqa: F401 (fixture)
