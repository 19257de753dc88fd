/**
 * What a storage point counts as in an interval: the side of its larger flow. Where both are equal it
 * is neither (`none`). Source: Portugal treats storage by its dominant behaviour in each quarter-hour.
 * @param importMilliwattHours and @param exportMilliwattHours gross or net energy of the interval.
 */
export function dominantDirection(
  importMilliwattHours: number,
  exportMilliwattHours: number,
): 'consumer' | 'producer' | 'none' {
  if (importMilliwattHours === exportMilliwattHours) return 'none';
  return importMilliwattHours > exportMilliwattHours ? 'consumer' : 'producer';
}
