from tests.support.shops import shops  # noqa: F401 (fixture)
from tests.support.trade import trade  # noqa: F401 (fixture)
