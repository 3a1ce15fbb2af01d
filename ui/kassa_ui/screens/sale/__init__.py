"""The sale screen."""

from kassa_ui.screens.sale.sale import SaleScreen

__all__ = ["SaleScreen"]
