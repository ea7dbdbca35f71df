"""The Evidence page: verdict, weakest labels, what changed, comparison."""

__all__ = []
