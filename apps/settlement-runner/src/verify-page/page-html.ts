const STYLE = `
:root{color-scheme:light dark;--page:#fff;--ink:#1d2329;--soft:#59636e;--line:#d4d9de;--good:#176b4d;--bad:#b3263a;--goodbox:#e6f4ee;--badbox:#fbe9eb}
@media (prefers-color-scheme:dark){:root{--page:#14181c;--ink:#e5e9ed;--soft:#9aa5b0;--line:#333b43;--good:#5fc79e;--bad:#ff7d8c;--goodbox:#16291f;--badbox:#33191d}}
*{box-sizing:border-box}body{margin:auto;max-width:60rem;padding:1rem;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.3rem;margin:.2rem 0}h2{font-size:1.05rem;margin:1.4rem 0 .3rem}.soft{color:var(--soft);font-size:.9rem}.key{overflow-wrap:anywhere}
form{display:flex;flex-wrap:wrap;gap:.6rem 1.4rem;margin:.8rem 0;padding:.8rem;border:1px solid var(--line);border-radius:8px}label{font-size:.86rem;color:var(--soft);display:grid;gap:.2rem}
input{font:inherit;color:inherit;background:var(--page)}#key{width:min(28rem,80vw);border:1px solid var(--line);border-radius:4px;padding:.2rem .4rem}
#summary{padding:.8rem 1rem;border-radius:8px;font-weight:600;white-space:pre-line}#summary.good{background:var(--goodbox);color:var(--good)}#summary.bad{background:var(--badbox);color:var(--bad)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.25rem .8rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:400}td+td+td,th+th+th{text-align:right}.why td{background:var(--badbox);color:var(--bad);overflow-wrap:anywhere}td:nth-child(2){white-space:nowrap}.why td:nth-child(2){white-space:normal}.mark{width:1.6rem;font-weight:700}tr.good .mark{color:var(--good)}tr.total td{font-weight:600;border-top:2px solid var(--line)}tr.bad td{background:var(--badbox);border-bottom:0}tr.bad .mark{color:var(--bad)}`;

/** Where {@link embedBundle} puts a bundle. */
const SLOT = '<script type="application/json" id="bundle"></script>';

/**
 * The page around its script: one file that asks the network for nothing, which its own policy
 * forbids. @param script bundled JavaScript without `</script`.
 */
export function pageHtml(script: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Check a settlement statement</title>
<style>${STYLE}
</style>
</head>
<body>
<h1>Check a settlement statement</h1>
<p class="soft">Everything is computed on this device. The page asks nothing of any server and works without a network.</p>
<form>
<label>Bundle (.json) <input type="file" id="file" accept=".json,application/json"></label>
<label>An earlier bundle of yours, to check that no run was exchanged <input type="file" id="earlier" accept=".json,application/json"></label>
<label>The operator's key as you were told it (optional) <input id="key" placeholder="ed25519:…" spellcheck="false" autocomplete="off"></label>
</form>
<p id="summary" role="status">Choose a bundle, or drop one on this page.</p>
<div id="result"></div>
${SLOT}
<script>
${script}
</script>
</body>
</html>
`;
}

/** The page with a bundle in it, so that opening it shows the result. @param json the bundle's text. */
export function embedBundle(page: string, json: string): string {
  // JSON may spell < as an escape: then no text in it can end the element.
  const safe = json.trim().replaceAll('<', '\\u003c');
  const [before, after] = page.split(SLOT);
  return `${before ?? ''}${SLOT.replace('></', () => `>${safe}</`)}${after ?? ''}`;
}
