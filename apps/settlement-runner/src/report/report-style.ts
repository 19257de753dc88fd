/** Style of a run's report, light and dark. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--page:#fff;--ink:#1d2329;--soft:#59636e;--line:#d9dee3;--box:#f5f7f8;--s1:#1f8a70;--s2:#8fa3b5;--s3:#d99a1c;--measured:#1f8a70;--corrected:#3a67b0;--substituted:#d9b92e;--estimated:#e5811f;--missing:#b3263a}
@media (prefers-color-scheme:dark){:root{--page:#14181c;--ink:#e5e9ed;--soft:#9aa5b0;--line:#333b43;--box:#1c2228;--s1:#3fae92;--s2:#66788a;--s3:#e0ad45;--measured:#3fae92;--corrected:#6b9be6;--substituted:#e0c341;--estimated:#ee9441;--missing:#ef5568}}
*{box-sizing:border-box}body{margin:auto;max-width:64rem;padding:1.2rem;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:0 0 .3rem}.soft,small,figcaption small{color:var(--soft);font-size:.86rem}p{margin:.2rem 0 .6rem;overflow-wrap:anywhere}section{margin:1.6rem 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.8rem}.tiles div{background:var(--box);border-radius:8px;padding:.7rem .9rem;display:grid}.tiles span{color:var(--soft);font-size:.86rem}.tiles b{font-size:1.2rem;font-variant-numeric:tabular-nums}
figure{margin:0 0 1.4rem}figcaption{font-weight:600}svg{width:100%;height:auto;display:block}.grid{stroke:var(--line);stroke-width:1}.axis{fill:var(--soft);font-size:11px}
rect.s1{fill:var(--s1)}rect.s2{fill:var(--s2)}rect.s3{fill:var(--s3)}rect:hover{opacity:.8}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.86rem;margin:.2rem 0 .4rem}.legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.35em}
i.s1{background:var(--s1)}i.s2{background:var(--s2)}i.s3{background:var(--s3)}i.q-measured{background:var(--measured)}i.q-corrected{background:var(--corrected)}i.q-substituted{background:var(--substituted)}i.q-estimated{background:var(--estimated)}i.q-missing{background:var(--missing)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}table.left{width:auto}th,td{padding:.25rem .9rem .25rem 0;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap;font-weight:400}thead th{color:var(--soft)}th:first-child{text-align:left}tfoot th,tfoot td{font-weight:600;border-bottom:0}td.text{text-align:left;white-space:normal;color:var(--soft)}
.bar{display:inline-flex;width:5rem;height:.6rem;background:var(--box);border-radius:3px;overflow:hidden;vertical-align:middle}.bar i{height:100%}.bar.full{width:100%}td.wide{width:70%}
@media print{:root{color-scheme:light}section{break-inside:avoid}}
`;
