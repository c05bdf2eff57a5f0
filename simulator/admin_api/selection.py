"""What a document selects, as dotted paths, for the log of requests."""

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from simulator.admin_api.cost import fragments_of


def selected_fields(document: DocumentNode | None, operation: OperationDefinitionNode | None) -> list[str]:
    """The selected leaves of the operation, each once, like `order.lineItems.nodes.id`."""
    if document is None or operation is None:
        return []
    fragments = fragments_of(document.definitions)
    return list(dict.fromkeys(_leaves(operation.selection_set, fragments, "")))


def _leaves(
    selection_set: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], prefix: str
) -> Iterator[str]:
    for selection in selection_set.selections:
        if isinstance(selection, FieldNode):
            path = f"{prefix}{selection.name.value}"
            if selection.selection_set is None:
                yield path
            else:
                yield from _leaves(selection.selection_set, fragments, f"{path}.")
        elif isinstance(selection, FragmentSpreadNode):
            if selection.name.value in fragments:
                yield from _leaves(fragments[selection.name.value].selection_set, fragments, prefix)
        elif isinstance(selection, InlineFragmentNode):
            yield from _leaves(selection.selection_set, fragments, prefix)
