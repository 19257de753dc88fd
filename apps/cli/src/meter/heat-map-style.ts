/** Style of the heat-map page; every colour the script draws with is a property here, light and dark. */
export const HEAT_MAP_STYLE = `
:root{color-scheme:light dark;--page:#fff;--ink:#1d2329;--soft:#59636e;--line:#d4d9de;--box:#f5f7f8;--link:#0b5ea8;
--q0:#4c9f8d;--q1:#3a67b0;--q2:#d9b92e;--q3:#e5811f;--q4:#b3263a;--q5:#c9cfd5;--low:#edf3f8;--mid:#5f9fd0;--high:#0a2f5c;--mark:#111}
@media (prefers-color-scheme:dark){:root{--page:#14181c;--ink:#e5e9ed;--soft:#9aa5b0;--line:#333b43;--box:#1c2228;--link:#7fbcf5;
--q0:#3f8f80;--q1:#6b9be6;--q2:#e0c341;--q3:#ee9441;--q4:#ef5568;--q5:#3b444d;--low:#1e2730;--mid:#3d7fb5;--high:#c4e4ff;--mark:#fff}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:15px/1.45 system-ui,sans-serif}
header{position:sticky;top:0;z-index:1;background:var(--page);border-bottom:1px solid var(--line);padding:.6rem 1rem;display:flex;flex-wrap:wrap;gap:.4rem 2rem;align-items:end;justify-content:space-between}
h1{font-size:1.15rem;margin:0}h2{font-size:1.05rem;margin:0;overflow-wrap:anywhere}p{margin:.2rem 0}header p,.facts,.readout{color:var(--soft);font-size:.86rem}
.modes{border:0;padding:0;margin:0;display:flex;gap:.3rem;align-items:center}.modes legend{float:left;font-size:.86rem;color:var(--soft);padding:0 .5rem 0 0}
.modes label{cursor:pointer}.modes input{position:absolute;opacity:0}.modes span{display:block;padding:.35rem .8rem;border:1px solid var(--line);border-radius:6px}
.modes input:checked+span{background:var(--ink);color:var(--page);border-color:var(--ink)}.modes input:focus-visible+span{outline:2px solid var(--link);outline-offset:2px}
main{padding:0 1rem 2rem;max-width:1400px;margin:auto}section{padding:1.2rem 0;border-bottom:1px solid var(--line)}
.map{display:flex;margin-top:.6rem}.scroll{overflow-x:auto;flex:1;min-width:0}canvas{display:block}.axis{flex:none}.cells:focus-visible{outline:2px solid var(--link)}
.readout{min-height:2.6em;font-variant-numeric:tabular-nums}.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.84rem;align-items:center}
.legend i{display:inline-block;width:.9em;height:.9em;border-radius:2px;margin-right:.35em;vertical-align:-.08em}.legend .ramp{width:9em;height:.8em;margin:0 .4em}
.tables{display:flex;flex-wrap:wrap;gap:1rem 2rem;margin-top:.8rem;align-items:start}table{border-collapse:collapse;font-size:.86rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.22rem .7rem .22rem 0;border-bottom:1px solid var(--line);vertical-align:top;font-weight:400}thead th{color:var(--soft)}.shares td,.shares thead th+th{text-align:right}
.findings{flex:1;min-width:min(100%,24rem);max-height:22rem;overflow:auto}.findings table{width:100%}.findings button,.more{font:inherit;color:var(--link);background:none;border:0;padding:0;text-align:left;cursor:pointer;text-decoration:underline}
.error{color:var(--q4);font-weight:600}.none{color:var(--soft);font-size:.86rem}
@media (max-width:600px){header{position:static}header,main{padding-left:.6rem;padding-right:.6rem}.findings thead{display:none}.findings tr{display:block;border-bottom:1px solid var(--line);padding:.3rem 0}.findings td{border:0;padding:0 .6rem 0 0;display:inline}.findings td:last-child{display:block}.shares th,.shares td{padding-right:.45rem}}
`;
