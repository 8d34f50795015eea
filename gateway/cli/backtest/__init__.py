"""`hamlet rules backtest`: what rules would have done."""
