from tests.support.shops import shops  # noqa: F401 (fixture)
