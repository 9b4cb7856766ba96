namespace VmaTools.Reports;

/// <summary>The looks of a page: on a screen by day and by night, and on paper.</summary>
internal static class ReportStyle
{
    public const string Css = """
:root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--ink:#1c2230;--dim:#667085;--line:#e3e6eb;--stripe:#fafbfc;
--good:#137a4b;--good-bg:#e2f4ea;--warn:#92600a;--warn-bg:#fdf1d7;--bad:#b3261e;--bad-bg:#fde7e5;--none:#8b94a5;--none-bg:#eceef2;--map:#1f5fae;--map-zero:#e3e7ee}
@media (prefers-color-scheme:dark){:root{--page:#12151b;--card:#1a1e26;--ink:#e6e9ef;--dim:#98a2b3;--line:#2b313c;--stripe:#1e232c;
--good:#5fd39a;--good-bg:#143226;--warn:#f0b958;--warn-bg:#3a2c10;--bad:#ff8a80;--bad-bg:#43191a;--none:#7d8798;--none-bg:#272c36;--map:#6fb0ff;--map-zero:#2a303b}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:1120px;margin:0 auto;padding:32px 24px 48px}
header{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:4px 24px;margin-bottom:16px}
h1{font-size:26px;line-height:1.2;margin:0;letter-spacing:-.01em}
h2{font-size:17px;margin:32px 0 10px}
h3{font-size:15px;margin:0}
.dim{color:var(--dim);font-weight:400}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;overflow:hidden}
.verdict{display:flex;gap:14px;align-items:center;padding:16px 20px;margin-bottom:16px;border-left:5px solid var(--none);font-size:18px;font-weight:600}
.verdict .sign{flex:none;width:34px;height:34px;border-radius:50%;display:grid;place-items:center;background:var(--none-bg);color:var(--none);font-size:18px}
.verdict small{display:block;font-size:14px;font-weight:400;color:var(--dim)}
.verdict.good{border-left-color:var(--good)}.verdict.good .sign{background:var(--good-bg);color:var(--good)}
.verdict.warn{border-left-color:var(--warn)}.verdict.warn .sign{background:var(--warn-bg);color:var(--warn)}
.verdict.bad{border-left-color:var(--bad)}.verdict.bad .sign{background:var(--bad-bg);color:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(116px,1fr));gap:10px;margin:0}
.tiles div{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:11px 14px}
.tiles dt{color:var(--dim);font-size:13px}
.tiles dd{margin:0;font-size:24px;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
.tiles .warn dd{color:var(--warn)}.tiles .bad dd{color:var(--bad)}.tiles .good dd{color:var(--good)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;font-weight:600;font-size:12.5px;color:var(--dim);padding:9px 14px;border-bottom:1px solid var(--line);white-space:nowrap}
td{padding:9px 14px;border-bottom:1px solid var(--line);vertical-align:middle}
tbody tr:last-child td{border-bottom:0}
tbody tr:nth-child(even){background:var(--stripe)}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.time{font-variant-numeric:tabular-nums;white-space:nowrap}
.name{font-weight:600}
.path{font-family:ui-monospace,"Cascadia Mono",Consolas,"DejaVu Sans Mono",monospace;font-size:12.5px;overflow-wrap:anywhere}
.code{font-family:ui-monospace,"Cascadia Mono",Consolas,"DejaVu Sans Mono",monospace;font-size:12.5px;white-space:nowrap}
.badge{display:inline-block;padding:1px 10px;border-radius:99px;font-size:13px;font-weight:600;white-space:nowrap;background:var(--none-bg);color:var(--dim)}
.badge.good{background:var(--good-bg);color:var(--good)}.badge.warn{background:var(--warn-bg);color:var(--warn)}.badge.bad{background:var(--bad-bg);color:var(--bad)}
.tag{display:inline-block;font-size:12px;border:1px solid var(--line);border-radius:6px;padding:0 6px;color:var(--dim);white-space:nowrap}
.late{color:var(--bad);font-weight:600}
.chart{display:block;overflow:visible}.chart .axis{stroke:var(--line)}
.chart rect{fill:var(--none);opacity:.85}.chart .good{fill:var(--good)}.chart .warn{fill:var(--warn)}.chart .bad{fill:var(--bad)}
.maps{padding:6px 16px 14px}.maps h3{margin:14px 0 0}.maps section+section{border-top:1px solid var(--line);margin-top:14px}
figure{margin:8px 0 0}figcaption{font-size:14px;margin-bottom:4px}
.map{display:block;max-width:100%;height:auto}.map rect,.key i{fill:var(--map);background:var(--map)}
.map .zero,.key .zero{fill:var(--map-zero);background:var(--map-zero)}.map .lost,.key .lost{fill:var(--bad);background:var(--bad)}
.map .q1,.key .q1{opacity:.35}.map .q2,.key .q2{opacity:.55}.map .q3,.key .q3{opacity:.75}.map .cross{stroke:var(--card);stroke-width:1.5;fill:none}
.key{display:flex;flex-wrap:wrap;gap:4px 18px;margin:8px 0 0;font-size:13px;color:var(--dim)}.key i{display:inline-block;width:12px;height:10px;margin-right:2px}
details{margin-top:12px}
details td{padding-top:6px;padding-bottom:6px}
summary{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center;padding:12px 16px;cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
summary::before{content:"▸";color:var(--dim);width:12px}
details[open]>summary::before{content:"▾"}
details[open]>summary{border-bottom:1px solid var(--line)}
summary .dim{margin-left:auto}
.attention{margin:0;padding:6px 0;list-style:none}
.attention li{display:flex;gap:12px;align-items:baseline;padding:7px 16px}
.attention .badge{flex:none;min-width:112px;text-align:center}
footer{margin-top:28px;color:var(--dim);font-size:13px}
@media (max-width:640px){main{padding:20px 12px}th,td{padding:8px 10px}}
@media print{:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--dim:#444;--line:#bbb;--stripe:#fff;
--good:#0d5c38;--good-bg:#fff;--warn:#7a4e00;--warn-bg:#fff;--bad:#9c1c15;--bad-bg:#fff;--none:#777;--none-bg:#fff;--map:#1f5fae;--map-zero:#e3e7ee}
body{font-size:11px}main{max-width:none;padding:0}h1{font-size:20px}h2{font-size:13px;margin:18px 0 6px}table{font-size:10px}th,td,details td{padding:4px 7px;font-size:10px}
.tiles{grid-template-columns:repeat(auto-fit,minmax(70px,1fr));gap:6px}.tiles div{padding:5px 8px}.tiles dt{font-size:10px}.tiles dd{font-size:15px}
.verdict{padding:8px 12px;font-size:14px}.verdict small{font-size:11px}.badge,.path,.code,.tag{font-size:9.5px}.badge{padding:0 6px}.chart{height:24px;width:auto;max-width:130px}
.attention .badge{min-width:80px}.attention li{padding:3px 10px}summary{padding:5px 10px}details{margin-top:8px}h3{font-size:11px}footer{font-size:10px}.card,.tiles div{border-radius:0}
.badge{border:1px solid currentColor}.wide{overflow:visible}tr,.tiles div,.verdict,.attention li{break-inside:avoid}h2,summary{break-after:avoid}
.maps{padding:2px 10px 8px}figure,figure svg{break-inside:avoid}figcaption,.key{font-size:10px}
thead{display:table-header-group}.chart rect,.map rect,.map path,.key i{print-color-adjust:exact;-webkit-print-color-adjust:exact}@page{margin:14mm}}
""";
}
