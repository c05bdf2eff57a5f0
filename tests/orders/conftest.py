from tests.orders.desk import desk  # noqa: F401 (fixture)
from tests.support.oak import oak  # noqa: F401 (fixture)
from tests.support.shops import shops  # noqa: F401 (fixture)
from tests.support.trade import trade  # noqa: F401 (fixture)
