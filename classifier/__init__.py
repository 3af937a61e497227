"""From a complaint's text and place to a recommendation. No network, database, web, clock."""
