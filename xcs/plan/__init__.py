"""What a region's verdict is made of: callees to open, sites, legality, profitability."""
