"""Random requests as several customers: nobody sees another's document."""
