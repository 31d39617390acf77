/** Both colour schemes; below 700 pixels each row stands in one column. */
export const style = `
:root {
  color-scheme: light dark;
  --text: light-dark(#1c2330, #dfe5ee); --dim: light-dark(#5b6574, #98a3b3); --page: light-dark(#f6f7f9, #12161d);
  --card: light-dark(#fff, #1a202a); --line: light-dark(#dde1e7, #2b3340);
  --good: light-dark(#176b3a, #6fd398); --busy: light-dark(#7a5200, #f0c05a); --bad: light-dark(#b3261e, #ff9a91);
  --held: light-dark(#7b2d8e, #dd9bec); --new: var(--dim);
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 76rem; background: var(--page); color: var(--text);
  font: 1rem/1.45 system-ui, sans-serif; }
h1, h2, h3, p, ul, ol, dl, dd { margin: 0; }
header { display: flex; gap: .6rem; align-items: baseline; }
h1 { font-size: 1.3rem; } h2 { font-size: 1rem; margin: 1.4rem 0 .4rem; } h3 { font-size: .85rem; color: var(--dim); }
header p, footer, small, time, dt { color: var(--dim); }
small { white-space: nowrap; }
ul, ol { padding-left: 1.2rem; }
code, pre { font: .85rem/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { margin: .2rem 0 0; padding: .5rem; white-space: pre-wrap; border: 1px solid var(--line); border-radius: .3rem; }
a { color: inherit; }
.summary { display: flex; flex-wrap: wrap; gap: .4rem 1rem; margin-top: .4rem; }
.good { --tone: var(--good); } .busy { --tone: var(--busy); } .bad { --tone: var(--bad); } .held { --tone: var(--held); }
.new { --tone: var(--new); }
.summary span { color: var(--tone); font-weight: 600; }
.attention { margin-top: .8rem; padding: .6rem .8rem; border-left: 4px solid var(--bad); background: var(--card); }
.attention h2 { margin: 0 0 .2rem; }
.attention li { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.attention ul { list-style: none; padding: 0; }
.message, .more { overflow-wrap: anywhere; min-width: 0; }
details { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--tone); margin-top: -1px; }
summary { display: grid; grid-template-columns: 7rem 15rem 1fr auto; gap: .2rem 1rem; padding: .5rem .8rem; cursor: pointer;
  list-style: none; }
summary::-webkit-details-marker { display: none; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--text); outline-offset: -2px; }
details[open] > summary { border-bottom: 1px solid var(--line); }
.state { color: var(--tone); font-weight: 600; } .name { overflow-wrap: anywhere; } time { white-space: nowrap; }
.more { display: grid; gap: .8rem; padding: .8rem; }
dl div { display: grid; grid-template-columns: 6rem 1fr; gap: 1rem; }
footer { margin: 2rem 0 1rem; display: flex; flex-wrap: wrap; gap: .3rem 1.5rem; }
#away { position: sticky; top: 0; z-index: 1; background: var(--card); margin-top: .6rem; padding: .6rem .8rem; border: 1px solid var(--bad); color: var(--bad); }
@media (max-width: 700px) {
  body { padding: .6rem; }
  summary { grid-template-columns: 1fr auto; }
  .name { grid-row: 1; } .state { grid-row: 1; grid-column: 2; } .message, time { grid-column: 1 / -1; }
}
`;

/** Looks every two seconds, and puts in what is new; what is open, and where the focus is, stays. */
export const script = `
const every = 2000;
const away = document.getElementById('away');
async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch('/', { cache: 'no-store' });
    if (!answer.ok) throw new Error(answer.status);
    show(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    away.hidden = true;
  } catch {
    away.hidden = false;
  }
}
function show(fresh) {
  const [old, next] = [document.querySelector('main'), fresh.querySelector('main')];
  for (const { id } of old.querySelectorAll('details[open]')) {
    const same = next.querySelector('#' + CSS.escape(id));
    if (same !== null) same.open = true;
  }
  if (old.innerHTML === next.innerHTML) return;
  const focus = document.activeElement?.closest('details')?.id;
  old.replaceWith(next);
  document.title = fresh.title;
  if (focus) document.getElementById(focus)?.querySelector('summary').focus({ preventScroll: true });
}
function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target !== null) target.open = true;
}
addEventListener('hashchange', reveal);
document.addEventListener('visibilitychange', look);
reveal();
setInterval(look, every);
`;
