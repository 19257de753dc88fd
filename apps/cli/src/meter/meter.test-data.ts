import { crc32 } from 'node:zlib';
import { CSV_HEADER } from '@microgrid/metering';

const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/** A canonical file: quarter-hours of every point, by start, then point; some are left out or missing. */
export function canonicalFile(
  points: readonly string[],
  startMs: number,
  count: number,
  lacks: (slot: number) => 'row' | 'energy' | undefined = () => undefined,
): string {
  const rows: string[] = [CSV_HEADER];
  for (let slot = 0; slot < count; slot++) {
    const [start, end] = [iso(startMs + slot * 900_000), iso(startMs + (slot + 1) * 900_000)];
    for (const [at, id] of points.entries()) {
      const lack = lacks(slot);
      if (lack === 'row') continue;
      const day = Math.sin(((slot % 96) / 96) * 2 * Math.PI);
      const noise = ((slot * 7919 + at * 104_729) % 1000) / 10;
      const imported = Math.max(0, Math.round(300 - 250 * day + noise));
      const exported = Math.max(0, Math.round(400 * day - 100 + noise));
      const energies =
        lack === 'energy'
          ? ',,missing'
          : `${(imported / 1000).toFixed(3)},${(exported / 1000).toFixed(3)},${slot % 500 > 480 ? 'estimated' : 'measured'}`;
      rows.push(`${id},${start},${end},${energies}`);
    }
  }
  return `${rows.join('\n')}\n`;
}

/** One file of a ZIP archive, stored as it is. */
function zipEntry(
  name: string,
  content: string,
  offset: number,
): { local: Buffer; central: Buffer } {
  const [path, data] = [Buffer.from(name), Buffer.from(content)];
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(data), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(data.length, 18);
  common.writeUInt16LE(path.length, 22);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(offset, 10);
  return {
    local: Buffer.concat([Buffer.from('PK\u0003\u0004'), common, path, data]),
    central: Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000'), common, tail, path]),
  };
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A workbook of one sheet, written by hand as some exporters do: texts in their cells, no shared ones. */
export function handmadeWorkbook(rows: readonly (readonly (string | number)[])[]): Uint8Array {
  const cell = (value: string | number, row: number, column: number): string => {
    const at = `${String.fromCharCode(65 + column)}${row + 1}`;
    if (value === '') return '';
    return typeof value === 'number'
      ? `<c r="${at}"><v>${value}</v></c>`
      : `<c r="${at}" t="inlineStr"><is><t>${escaped(value)}</t></is></c>`;
  };
  const lines = rows.map(
    (row, at) =>
      `<row r="${at + 1}">${row.map((value, column) => cell(value, at, column)).join('')}</row>`,
  );
  const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const relations = 'http://schemas.openxmlformats.org/package/2006/relationships';
  const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const files: Readonly<Record<string, string>> = {
    '[Content_Types].xml': `${xml}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${types}.worksheet+xml"/></Types>`,
    '_rels/.rels': `${xml}<Relationships xmlns="${relations}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${xml}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Leituras" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${xml}<Relationships xmlns="${relations}"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': `${xml}<worksheet xmlns="${main}"><sheetData>${lines.join('')}</sheetData></worksheet>`,
  };
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const { local, central } = zipEntry(name, content, offset);
    locals.push(local);
    centrals.push(central);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(centrals.length, 4);
  end.writeUInt16LE(centrals.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\u0005\u0006'), end]);
}
