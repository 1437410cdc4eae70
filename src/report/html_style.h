#pragma once

#include <string_view>

namespace crm {

/// The report page's style sheet: light and dark by the reader's preference, paper, narrow screens. It refers to nothing
/// outside the page.
inline constexpr std::string_view kReportStyle = R"css(
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1b2330; --soft: #566174; --line: #e3e7ee; --card: #f6f8fb;
  --accent: #1668b8; --accent-soft: #9cc5ec; --had: #8593a8; --none: #e6eaf1; --warn: #8a5300; --warn-card: #fff6e6;
  --real: #b3402e; --form: #d9a441;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161d; --ink: #e7ebf2; --soft: #9aa7ba; --line: #2a323e; --card: #1a2029;
    --accent: #5aa9f0; --accent-soft: #2d5f8f; --had: #76849a; --none: #262e3a; --warn: #f1c27a; --warn-card: #2b2313;
    --real: #e88472; --form: #d9b160;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", sans-serif;
}
header, main, footer { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.75rem; }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -.02em; margin: 0 0 .35rem; font-weight: 650; }
h2 { font-size: 1.2rem; letter-spacing: -.01em; margin: 0 0 .2rem; font-weight: 620; }
section { margin: 3rem 0; }
p { margin: .35rem 0 1rem; max-width: 44rem; }
.soft, .dim, caption, footer { color: var(--soft); }
.dim { font-style: normal; }
a { color: var(--accent); }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; margin: 1.4rem 0 0; padding: .7rem 0; border: solid var(--line); border-width: 1px 0; font-size: .92rem; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
.hero { display: flex; flex-wrap: wrap; align-items: center; gap: 1.5rem 2.5rem; margin-top: 2.2rem; }
.rate { display: flex; align-items: center; gap: 1.25rem; }
.rate svg { width: 7.5rem; height: 7.5rem; flex: none; }
.rate strong { display: block; font-size: 2.6rem; line-height: 1.05; letter-spacing: -.03em; font-weight: 650; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(10rem, 45%), 1fr)); gap: .75rem; margin: 0; flex: 1 1 20rem; }
.tiles div { background: var(--card); border-radius: .6rem; padding: .8rem 1rem; }
.tiles dt { color: var(--soft); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.35rem; font-weight: 600; letter-spacing: -.01em; }
.scroll { overflow-x: auto; margin: .8rem 0; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-size: .88rem; padding-bottom: .3rem; }
th, td { text-align: left; padding: .42rem .9rem .42rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-weight: 550; font-size: .85rem; vertical-align: bottom; white-space: nowrap; }
td { overflow-wrap: break-word; }
tbody th { font-weight: 500; min-width: 8rem; max-width: 22rem; }
.n { text-align: right; white-space: nowrap; }
td.plus { color: var(--accent); font-weight: 550; }
.bar { width: 9rem; min-width: 6rem; }
.bar svg { display: block; width: 100%; height: .6rem; margin-top: .42rem; border-radius: .3rem; }
.had { fill: var(--had); } .got { fill: var(--accent); } .none { fill: var(--none); } .idle { fill: var(--accent-soft); }
.real { fill: var(--real); } .form { fill: var(--form); }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .85rem; color: var(--soft); list-style: none; padding: 0; margin: .2rem 0 0; }
.key svg { width: .7rem; height: .7rem; margin-right: .4rem; }
.tag { font-size: .75rem; color: var(--soft); border: 1px solid var(--line); border-radius: 1rem; padding: 0 .5rem; margin-left: .4rem; white-space: nowrap; }
.warnings { background: var(--warn-card); border-radius: .6rem; padding: .9rem 1.2rem; list-style-position: inside; margin: .8rem 0; }
.warnings li { padding: .15rem 0; }
.warnings li::marker { color: var(--warn); }
pre { background: var(--card); border-radius: .6rem; padding: 1rem 1.2rem; overflow-x: auto; font: .82rem/1.55 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: normal; tab-size: 2; }
details > summary { cursor: pointer; color: var(--accent); font-size: .92rem; padding: .3rem 0; }
dl.facts { display: grid; grid-template-columns: minmax(7rem, auto) 1fr; gap: .3rem 1.2rem; font-size: .93rem; margin: .6rem 0 1.6rem; }
dl.facts dt { color: var(--soft); } dl.facts dd { margin: 0; }
h3 { font-size: 1rem; font-weight: 600; margin: 1.4rem 0 0; }
footer { border-top: 1px solid var(--line); padding-top: 1rem; padding-bottom: 3rem; font-size: .85rem; }
@media (max-width: 40rem) {
  body { font-size: 15px; } h1 { font-size: 1.55rem; } section { margin: 2.2rem 0; } header { padding-top: 1.6rem; }
  dl.facts { grid-template-columns: 1fr; gap: 0; } dl.facts dd { margin-bottom: .45rem; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #ccc; --card: #fff; --warn-card: #fff; --accent: #1668b8; --accent-soft: #9cc5ec; --had: #8593a8; --none: #e6eaf1; color-scheme: light; }
  body { font-size: 10pt; } header, main, footer { max-width: none; padding: 0; }
  nav, .skip { display: none; } section { margin: 1.4rem 0; } h2 { break-after: avoid; } tr, .tiles div { break-inside: avoid; }
  thead { display: table-header-group; } .scroll, pre { overflow: visible; } pre { white-space: pre-wrap; border: 1px solid #ccc; }
  .tiles div, .warnings { border: 1px solid #ccc; } svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";

}  // namespace crm
