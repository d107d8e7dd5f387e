"""Named data: who is queried against whom, and how photos are made worse."""
