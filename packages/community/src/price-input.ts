import { z } from 'zod';
import { priceText, tariffSchema } from '@microgrid/tariff';

/** A price at all times or a tariff, as written in a file. */
export const priceInput = z
  .union([priceText, tariffSchema])
  .meta({ description: 'One price per kWh in quotes, or a tariff' });
