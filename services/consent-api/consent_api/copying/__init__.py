"""What our own services keep copies of: levels and reservations, as they are now."""
