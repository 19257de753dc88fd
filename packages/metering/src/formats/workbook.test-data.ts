import writeXlsxFile from 'write-excel-file/universal';

/** A workbook of one sheet, as a spreadsheet program would save it. */
export async function workbook(
  rows: readonly (readonly (string | number | null)[])[],
): Promise<Uint8Array> {
  const data = rows.map((row) =>
    row.map((value) =>
      value === null ? null : { value, type: typeof value === 'number' ? Number : String },
    ),
  );
  const blob = await writeXlsxFile(data as never).toBlob();
  return new Uint8Array(await blob.arrayBuffer());
}
