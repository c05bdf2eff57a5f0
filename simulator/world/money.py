"""What an order's payments make of its financial status."""

from datetime import datetime
from decimal import Decimal

from simulator.world.order_model import FinancialChange, FinancialStatus, Order, Transaction
from simulator.world.world import World


def pay(world: World, order: Order, amount: Decimal, kind: str = "SALE", status: str = "SUCCESS") -> Transaction:
    """Book a transaction of the order."""
    order.stated_status = None
    transaction = Transaction(
        id=world.new_id(),
        kind=kind,  # type: ignore[arg-type]
        status=status,  # type: ignore[arg-type]
        amount=amount,
        created_at=world.now,
        processed_at=world.now,
    )
    order.transactions.append(transaction)
    return transaction


def judge(order: Order) -> FinancialStatus:
    """The financial status that the order's transactions, refunds and total amount to."""
    if order.stated_status is not None:
        return order.stated_status
    if order.refunds and order.received <= 0 and any(refund.amount for refund in order.refunds):
        return "REFUNDED"
    if order.cancelled_at is not None and not order.received:
        return "VOIDED"
    if order.outstanding > 0:
        authorized = any(one.kind == "AUTHORIZATION" for one in order.transactions)
        unpaid: FinancialStatus = "AUTHORIZED" if authorized else "PENDING"
        return "PARTIALLY_PAID" if order.received > 0 else unpaid
    return "PARTIALLY_REFUNDED" if any(refund.amount for refund in order.refunds) else "PAID"


def settle(order: Order, at: datetime) -> bool:
    """Give the order its financial status and remember the change; says whether it became paid."""
    status = judge(order)
    if order.financial and status == order.financial_status:
        return False
    order.financial_status = status
    order.financial.append(FinancialChange(at=at, status=status))
    return status == "PAID"
