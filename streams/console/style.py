"""The console's style sheet. Every colour pair has a contrast of at least 4.5 : 1 (WCAG 2.1 AA), in both themes."""

CSS = """
:root { color-scheme:light; --ground:#f3f5f8; --card:#ffffff; --ink:#1c2430; --dim:#515c6b; --line:#d5dae2; --accent:#00558a; --on-accent:#ffffff;
  --good:#1b6e4b; --watch:#8a5a00; --bad:#b3261e; --bad-ground:#fdecea; --chip:#e6ebf2; --pos:#0072b2; --neg:#d55e00; --neu:#8a93a3; }
:root[data-theme=dark] { color-scheme:dark; --ground:#12161c; --card:#1d232c; --ink:#e6e9ee; --dim:#a9b3c0; --line:#39414d; --accent:#7cc4f5; --on-accent:#0d1b26;
  --good:#6fd3a3; --watch:#f2c14e; --bad:#ff9b8f; --bad-ground:#4a1a17; --chip:#2b333f; }
html, body { background:var(--ground); color:var(--ink); font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif; margin:0; }
.nicegui-content, .q-page, .q-layout { padding:0 !important; background:transparent; min-height:0 !important; }
.nicegui-content { display:block; gap:0; width:100%; }
.rz a { color:var(--accent); }
.rz *:focus-visible { outline:3px solid var(--accent); outline-offset:2px; border-radius:4px; }
.skip { position:absolute; left:-9999px; } .skip:focus { left:8px; top:8px; background:var(--card); padding:8px; z-index:99; }
html { scroll-padding-top:130px; }  /* what gets the focus must not lie below the header */
.top { position:sticky; top:0; z-index:20; background:var(--card); border-bottom:1px solid var(--line); }
.bar { display:flex; align-items:center; gap:6px 10px; padding:6px 16px; flex-wrap:wrap; }
.logo { font-weight:700; font-size:18px; color:var(--ink); text-decoration:none; letter-spacing:.2px; }
nav { display:flex; gap:1px; flex-wrap:wrap; flex:1; min-width:0; }
nav a { padding:6px 4px; font-size:13.5px; border-radius:6px; text-decoration:none; white-space:nowrap; color:var(--ink) !important; }
nav a[aria-current=page] { background:var(--accent); color:var(--on-accent) !important; font-weight:600; }
.live { display:flex; align-items:center; gap:6px; font-variant-numeric:tabular-nums; color:var(--dim); white-space:nowrap; }
.live .dot { width:10px; height:10px; border-radius:50%; background:var(--good); } .live.off .dot { background:var(--watch); } .live.bad .dot, .live[data-lost] .dot { background:var(--bad); }
.live[data-lost] span:not(.dot) { display:none; } .live[data-lost]::after { content:attr(data-lost); color:var(--bad); font-weight:600; }
.rz button, .rz select, .rz input { font:inherit; color:var(--ink); background:var(--card); border:1px solid var(--line); border-radius:6px; padding:5px 10px; min-height:34px; }
.rz button { cursor:pointer; } .rz button.main { background:var(--accent); color:var(--on-accent); border-color:var(--accent); font-weight:600; }
.rz button.quiet { border-color:transparent; background:transparent; color:var(--accent); padding:2px 8px; min-height:30px; }
.chips { display:flex; gap:6px; flex-wrap:wrap; }
.chip { padding:4px 10px; border-radius:16px; background:var(--chip); color:var(--ink) !important; text-decoration:none; border:1px solid var(--line); white-space:nowrap; max-width:100%; box-sizing:border-box; overflow:hidden; text-overflow:ellipsis; }
.chip[aria-pressed=true], .chip[aria-current=true] { background:var(--accent); color:var(--on-accent) !important; border-color:var(--accent); font-weight:600; }
.field { display:flex; align-items:center; gap:6px; color:var(--dim); }
main { display:block; padding:12px 16px 40px; max-width:1800px; margin:0 auto; }
main > h1, .headline { font-size:20px; margin:4px 0 0; font-weight:700; line-height:1.3; } .lead { color:var(--dim); margin:0 0 10px; }
.alarm { border-left:6px solid var(--bad); background:var(--bad-ground); color:var(--ink); padding:10px 14px; margin:0 0 10px; border-radius:6px;
  display:flex; gap:8px 16px; align-items:center; flex-wrap:wrap; } .alarm .what { flex:1 1 320px; min-width:0; overflow-wrap:anywhere; } .alarm b { color:var(--bad); }
.grid12 { display:grid; grid-template-columns:repeat(24, minmax(0,1fr)); gap:10px; }
.panel { background:var(--card); border:1px solid var(--line); border-radius:8px; padding:8px 12px 10px; min-width:0; display:flex; flex-direction:column; }
.panel h2 { font-size:14px; font-weight:600; margin:0; line-height:1.3; flex:1; overflow-wrap:anywhere; }
.panel .head { display:flex; align-items:flex-start; gap:2px; } .panel .head button { padding:0 7px; min-height:26px; min-width:26px; color:var(--dim); }
.panel .body { flex:1; min-width:0; min-height:0; display:flex; flex-direction:column; }
.help { font-size:13px; color:var(--dim); margin:4px 0 6px; }
.big { font-size:32px; font-weight:700; line-height:1.15; font-variant-numeric:tabular-nums; margin-top:2px; }
.rz button.number { font-size:32px; font-weight:700; line-height:1.15; border:0; background:none; padding:0; text-align:left; min-height:0; color:inherit; text-decoration:underline dotted var(--dim) 2px; text-underline-offset:5px; }
.good { color:var(--good) !important; } .watch { color:var(--watch) !important; } .bad { color:var(--bad) !important; } .few { color:var(--dim) !important; } td.bad, td.watch, .sub .bad, .sub .watch { font-weight:600; }
.sub { color:var(--dim); font-size:13px; font-variant-numeric:tabular-nums; }
.note { color:var(--dim); padding:18px 4px; } .fault { color:var(--bad); padding:8px 4px; font-size:13px; overflow-wrap:anywhere; }
.chart { width:100%; flex:1; min-height:200px; }
.scroll { overflow:auto; flex:1; max-height:460px; }
.rz table { border-collapse:collapse; width:100%; font-size:14px; } .rz th, .rz td { text-align:left; padding:5px 8px; border-bottom:1px solid var(--line); vertical-align:top; }
.rz th { color:var(--dim); font-weight:600; position:sticky; top:0; background:var(--card); } .rz td.n, .rz th.n { text-align:right; font-variant-numeric:tabular-nums; } .rz td.n { white-space:nowrap; } .rz td.said { min-width:200px; } .rz th { overflow-wrap:normal; }
.rz td button.quiet { padding:0 6px; margin-left:-6px; min-height:24px; text-align:left; }
.post { border-bottom:1px solid var(--line); padding:8px 0; contain:content; }
.post .meta { display:flex; flex-wrap:wrap; align-items:center; gap:2px 12px; color:var(--dim); font-size:13px; } .post .meta b { color:var(--ink); }
.said { unicode-bidi:isolate; white-space:pre-wrap; overflow-wrap:anywhere; word-break:break-word; margin:3px 0; max-height:12em; overflow:auto; }
.isolate { unicode-bidi:isolate; overflow-wrap:anywhere; } td.isolate { overflow-wrap:break-word; }
.rz th::first-letter, .sub::first-letter, .big::first-letter { text-transform:uppercase; }
.late { background:var(--card); border-left:6px solid var(--watch); padding:8px 14px; margin:0 0 10px; border-radius:6px; display:flex; gap:4px 14px; flex-wrap:wrap; }
.alarm.watch { border-left-color:var(--watch); background:var(--card); color:var(--ink) !important; } .alarm.watch b { color:var(--watch); }
.tag { display:inline-block; padding:0 8px; border-radius:10px; background:var(--chip); color:var(--ink); font-size:12px; line-height:20px; }
.tag.negative, .tag.warning, .tag.critical { background:var(--bad-ground); color:var(--bad); font-weight:600; } .tag.watch { color:var(--watch); font-weight:600; }
.prob { display:flex; height:10px; border-radius:5px; overflow:hidden; max-width:320px; margin:4px 0; } .prob div { height:100%; }
.prob .negative { background:var(--neg); } .prob .neutral { background:var(--neu); } .prob .positive { background:var(--pos); }
.sheet { background:var(--card); color:var(--ink); width:min(860px, 100vw); max-width:100vw !important; height:100%; max-height:100vh !important; border-radius:0 !important; padding:14px 18px; overflow:auto; }
.sheet h2 { font-size:18px; font-weight:700; margin:0; line-height:1.3; overflow-wrap:anywhere; } .sheet .close { float:right; }
.rz details summary { cursor:pointer; color:var(--accent); font-size:13px; padding:2px 0; } pre.sql { white-space:pre-wrap; overflow-wrap:anywhere; font-size:12px; background:var(--ground); padding:8px; border-radius:6px; }
.sheet, .ask { pointer-events:all; }
.ask { background:var(--card); color:var(--ink); padding:18px; min-width:min(420px, 92vw); }
.visually-hidden { position:absolute; width:1px; height:1px; overflow:hidden; clip-path:inset(50%); white-space:nowrap; }
.pick .chips { max-width:100%; } .paper { max-width:860px; margin:0 auto; padding:22px 30px; } .pick { padding:0 0 10px; max-width:860px; margin:0 auto; }
.report h2 { font-size:16px; margin:16px 0 4px; font-weight:700; } .report p { margin:3px 0; } .report h2, .report p, .report li { overflow-wrap:anywhere; } .report .verdict { font-size:23px; font-weight:700; line-height:1.3; margin:6px 0; }
.report .crisis.bad { font-weight:700; } .questions { display:grid; grid-template-columns:1fr 1fr; gap:12px 26px; } .answer { font-size:26px; font-weight:700; line-height:1.2; }
.todo { background:var(--ground); border-radius:8px; padding:4px 16px 10px; margin-top:14px; } .todo h2 { margin-top:8px; } .todo ol { margin:4px 0; padding-left:22px; } .todo li { margin:5px 0; }
.course { width:100%; height:90px; display:block; border-bottom:1px solid var(--dim); } .course .negative { fill:var(--neg); } .course .neutral { fill:var(--neu); } .course .positive { fill:var(--pos); }
.legend { display:flex; gap:4px 16px; flex-wrap:wrap; justify-content:space-between; } .legend i { display:inline-block; width:11px; height:11px; border-radius:2px; margin-right:5px; }
.legend i.negative { background:var(--neg); } .legend i.neutral { background:var(--neu); } .legend i.positive { background:var(--pos); }
.basis { font-size:12.5px; color:var(--dim); }
@page { size:A4; margin:12mm 14mm; }
@media print {
  :root, :root[data-theme=dark] { color-scheme:light; --ground:#f3f5f8; --card:#fff; --ink:#000; --dim:#333; --line:#bbb; --good:#1b6e4b; --watch:#8a5a00; --bad:#b3261e; }
  .page-report .top, .pick, .skip, .page-report .lead, .page-report .alarm, .page-report main > h1 { display:none !important; }
  html, body { background:#fff; font-size:9.2pt; line-height:1.3; } main { padding:0; } .paper { border:0; padding:0; max-width:none; min-height:0 !important; }
  .report .verdict { font-size:16pt; } .report.long { zoom:.9; } .owner { max-width:75mm; overflow:hidden; text-overflow:ellipsis; white-space:nowrap; }
  .answer { font-size:14pt; } .report h2 { font-size:11pt; margin:7pt 0 2pt; } .todo { margin-top:7pt; padding:2px 12px 4px; }
  .questions { gap:8px 24px; margin-top:0; grid-template-columns:1fr 1fr !important; } .basis { font-size:8pt; } .course { height:70px; } .sub { font-size:8.5pt; }
  .rz table { font-size:9pt; } .rz th, .rz td { padding:2px 6px; } .rz th { position:static; }
  * { print-color-adjust:exact; -webkit-print-color-adjust:exact; }
}
@media screen and (min-width: 761px) and (max-width: 1000px) {
  .page-overview .grid12 > .stat, .page-health .grid12 > .stat { grid-column:span 8 !important; }
  .rz table { font-size:13px; } .rz th, .rz td { padding:5px; }
  .top { position:static; }
}
@media screen and (max-height: 600px) { .top { position:static; } }
@media screen and (max-width: 760px) {
  .questions { grid-template-columns:1fr; } .paper { padding:12px; } .report table { display:block; overflow-x:auto; }
  .grid12 > * { grid-column:1 / -1 !important; } .grid12 > .stat { min-height:0 !important; }
  .bar + .bar { flex-wrap:nowrap; overflow-x:auto; } .bar + .bar > * { flex:none; } .bar + .bar .chips { flex-wrap:nowrap; }
  .top { position:static; } .bar { padding:6px 10px; } main { padding:8px 10px 40px; } nav { flex:1 1 100%; flex-wrap:nowrap; overflow-x:auto; } .rz button, .rz select, .chip { min-height:40px; } .chip { line-height:30px; }
  .panel .head button { min-height:36px; min-width:36px; }
  .grid12 { grid-template-columns:repeat(2, minmax(0,1fr)); } .grid12 > .stat { grid-column:span 1 !important; padding:8px 10px; } .grid12 > .stat .big { font-size:26px !important; }
}
@media (prefers-reduced-motion: reduce) { * { animation:none !important; transition:none !important; } }
"""

HEAD = """
<script>
(function () {
  var root = document.documentElement, want = __WANT__, keep = ';path=/;SameSite=Strict;max-age=31536000';
  root.lang = want.lang; root.dataset.theme = want.theme;
  var has = function (name) { return ('; ' + document.cookie).indexOf('; ' + name + '=') >= 0; };
  if (want.chosen) { document.cookie = 'rz_lang=' + want.lang + keep; document.cookie = 'rz_theme=' + want.theme + keep; }
  if (!has('rz_tz')) {
    var zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
    document.cookie = 'rz_tz=' + encodeURIComponent(zone) + keep;
    document.cookie = 'rz_scheme=' + (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light') + keep;
    if (has('rz_tz') && (zone !== want.zone || has('rz_scheme'))) { location.reload(); }
  }
  var where = want.lang === 'de' ? 'de-DE' : 'en-GB', zoned = want.zone;
  window.rzNumber = function (after, decimals) {
    var write = new Intl.NumberFormat(where, { maximumFractionDigits: decimals || 0 });
    return function (value) { return value === null || value === undefined || value !== value || value === '-' ? '—'
      : write.format(Array.isArray(value) ? value[1] : value).replace('-', '\u2212') + (after || ''); };
  };
  window.rzTime = function (span) {
    var day = new Intl.DateTimeFormat(where, { day: '2-digit', month: '2-digit', timeZone: zoned });
    var clock = new Intl.DateTimeFormat(where, { hour: '2-digit', minute: '2-digit', timeZone: zoned });
    return function (value) { return span > 259200 ? day.format(value) : span > 86400 ? day.format(value) + ' ' + clock.format(value) : clock.format(value); };
  };
  var seen = new Set(), due = 0, last = '';
  function tell() {
    clearTimeout(due);
    due = setTimeout(function () {
      var now = document.hidden ? ['hidden'] : Array.from(seen), said = now.join();
      if (said !== last && window.emitEvent) { last = said; emitEvent('rz_seen', now); }
    }, 150);
  }
  document.addEventListener('visibilitychange', tell);
  var held = null;  // a panel's content is replaced as a whole: the keyboard's place in it is kept
  document.addEventListener('focusin', function (event) {
    var panel = event.target.closest('[data-panel]');
    held = panel && event.target.dataset.key ? [panel.dataset.panel, event.target.dataset.key] : null;
  });
  setInterval(function () {  // what the server said last is not live once it is gone
    var box = document.querySelector('.live'), gone = window.socket && !window.socket.connected;
    if (!box || !!gone === ('lost' in box.dataset)) { return; }
    if (gone) { box.dataset.lost = want.lost; } else { delete box.dataset.lost; }
  }, 500);
  window.addEventListener('load', function () {
    var around = document.querySelector('main.q-page');  // NiceGUI's own, with the header in it: the page's main part is ours
    if (around) { around.setAttribute('role', 'presentation'); }
    var popup = document.getElementById('popup'), said = popup ? popup.querySelectorAll('span') : [];
    if (said.length === 2) { popup.setAttribute('role', 'alert'); said[0].textContent = want.lost; said[1].textContent = want.retry; }
    var watch = new IntersectionObserver(function (entries) {
      entries.forEach(function (e) { seen[e.isIntersecting ? 'add' : 'delete'](e.target.dataset.panel); });
      tell();
    }, { rootMargin: '200px' });
    var find = setInterval(function () {
      var panels = document.querySelectorAll('[data-panel]'), main = document.getElementById('content');
      if (!main || !window.emitEvent) { return; }
      clearInterval(find);
      panels.forEach(function (panel) { watch.observe(panel); });
      document.querySelectorAll('nav, .bar + .bar').forEach(function (row) {  // a phone shows a part of each row: the chosen one
        var chosen = Array.from(row.querySelectorAll('[aria-current]')).pop();
        if (chosen) { row.scrollLeft += chosen.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - chosen.offsetWidth) / 2; }
      });
      new MutationObserver(function () {
        if (!held || document.activeElement !== document.body) { return; }
        var panel = document.querySelector('[data-panel="' + held[0] + '"]');
        var again = panel && Array.from(panel.querySelectorAll('[data-key]')).find(function (e) { return e.dataset.key === held[1]; });
        if (again) { again.focus({ preventScroll: true }); }
      }).observe(main, { childList: true, subtree: true });
    }, 200);
  });
})();
</script>
"""
"""Remembers language and theme, and tells the server the browser's time zone and colour scheme, once. Writes numbers and times of
charts as the reader does, tells which panels are in sight, keeps the keyboard's place when a panel is redrawn, and says when the server
is gone."""
