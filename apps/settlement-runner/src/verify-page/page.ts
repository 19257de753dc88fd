/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { readMemberBundle, verifyBundle, type MemberBundle } from '@microgrid/invoicing/bundle';
import { webHash, webVerify } from '@microgrid/journal/web';
import { render } from './render.js';

/** Where a bundle may be embedded, so that the page opens with its result. */
const EMBEDDED = 'bundle';

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`page without #${id}`);
  return found;
}

function input(id: string): HTMLInputElement {
  return element(id) as HTMLInputElement;
}

/** The operator's key as typed; nothing typed is nothing known. */
function operatorKey(): { operatorKey?: string } {
  const text = input('key').value.trim();
  return text === '' ? {} : { operatorKey: text };
}

let shown: { readonly text: string; readonly source: string } | undefined;
let earlier: MemberBundle | undefined;

function failed(message: string): void {
  element('result').replaceChildren();
  const box = element('summary');
  box.className = 'bad';
  box.textContent = message;
}

async function show(text: string, source: string): Promise<void> {
  shown = { text, source };
  try {
    const bundle = readMemberBundle(text, source);
    const log = earlier?.log?.head;
    const verdict = await verifyBundle(bundle, {
      hash: webHash,
      verify: webVerify,
      ...operatorKey(),
      ...(log && { earlier: { size: log.size, root: log.root } }),
    });
    render(bundle, verdict, { summary: element('summary'), result: element('result') });
  } catch (error) {
    const { name, message } = error as Error;
    failed(
      name === 'NotSupportedError'
        ? 'This browser cannot check ed25519 signatures: open the page in a newer one (Chromium 137, Firefox 129, Safari 17 or later).'
        : message,
    );
  }
}

async function openFile(file: File): Promise<void> {
  await show(await file.text(), file.name);
}

async function openEarlier(file: File): Promise<void> {
  try {
    earlier = readMemberBundle(await file.text(), file.name);
    if (earlier.log === undefined) throw new Error(`${file.name}: holds no head of a log of runs`);
  } catch (error) {
    earlier = undefined;
    failed((error as Error).message);
    return;
  }
  if (shown !== undefined) await show(shown.text, shown.source);
}

function listen(): void {
  const chosen = (id: string, use: (file: File) => Promise<void>): void => {
    input(id).addEventListener('change', () => {
      const file = input(id).files?.[0];
      if (file !== undefined) void use(file);
    });
  };
  chosen('file', openFile);
  chosen('earlier', openEarlier);
  input('key').addEventListener('change', () => {
    if (shown !== undefined) void show(shown.text, shown.source);
  });
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) void openFile(file);
  });
}

listen();
const embedded = document.getElementById(EMBEDDED)?.textContent.trim() ?? '';
if (embedded !== '') void show(embedded, 'the bundle in this page');
