/** The two tables of 16-bit registers: `holding` is read and written, `input` only read. */
export type RegisterTable = 'holding' | 'input';

/** The two tables of single bits: `coil` is read and written, `discrete` only read. */
export type BitTable = 'coil' | 'discrete';

/** One of the four tables of a Modbus unit. */
export type Table = RegisterTable | BitTable;

/** True for the two tables of 16-bit registers, false for the two of single bits. */
export function isRegisterTable(table: Table): table is RegisterTable {
  return table === 'holding' || table === 'input';
}
