/** The page's style, served as a file. `light-dark` follows the visitor's setting, and inside the table also the demo's night. */
export const sceneCss = `
:root{color-scheme:light dark;--page:light-dark(#efe9dd,#101319);--ink:light-dark(#1c2230,#eceef2);--soft:light-dark(#565d6b,#a9b1be);--card:light-dark(#fffdf8,#1b2029);--line:light-dark(#d9d0bf,#343b48);--brand:light-dark(#0d5c63,#7fd3d2);--glow:#ffb92e;--alarm:light-dark(#a3352b,#9b372d);--focus:light-dark(#0b57d0,#8ab8ff);
--cloth:light-dark(#fbeee6,#2a1c1f);--check:light-dark(rgb(190 62 48/.13),rgb(255 120 100/.07));--paper:light-dark(#fdfcf5,#1a2029);--rule:light-dark(rgb(64 118 190/.24),rgb(110 160 230/.14));--margin:light-dark(rgb(214 82 92/.4),rgb(230 110 120/.3))}
*,::before,::after{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif}
h1,h2,h3,h4,p,ol,ul,dl,dd{margin:0;padding:0}ol,ul{list-style:none}
small{font-size:.8125rem;font-weight:400;color:var(--soft)}
header,main{max-width:1216px;margin:auto;padding:0 16px}
header{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 18px;padding-block:16px 10px}
h1{font-size:1.6rem;letter-spacing:-.02em;color:var(--brand)}
header p{color:var(--soft)}#aloud[aria-pressed=true]{border-color:var(--brand);color:var(--brand)}.to-break{display:flex;align-items:center;justify-content:center;min-height:44px;color:inherit}header .demo{margin-inline-start:auto;padding:4px 12px;border:1.5px solid var(--brand);border-radius:99px;color:var(--brand);font-size:.875rem;font-weight:600}
button,summary,nav a{min-height:44px;font:inherit;cursor:pointer}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
.strip{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:8px 16px;padding-bottom:10px}
nav ul,.break,.break form{display:flex;flex-wrap:wrap;align-items:center;gap:8px}
.jump{display:none}
.break h2{font-size:.9375rem;margin-inline-end:4px}
.break button,.ready button{padding:0 14px;border-radius:12px;border:1.5px solid light-dark(#8b8373,#6b7382);background:var(--card);color:var(--ink);font-size:.9375rem;font-weight:600}
.break small{margin-inline-start:4px}
.break.on{font-size:.9375rem;gap:8px 16px;padding:0 0 0 16px;border-radius:12px;background:var(--alarm);color:#fff;font-weight:600}
.break.on button{border:2px solid var(--alarm);min-height:44px}
.faulty .table{outline:3px solid var(--alarm)}
nav a{display:flex;align-items:center;gap:8px;padding:0 16px;border-radius:99px;border:1px solid var(--line);background:var(--card);color:inherit;text-decoration:none}
nav a[aria-current]{border:2px solid var(--brand);font-weight:600}

.table{display:grid;grid-template-columns:1fr 312px 1fr;border-radius:24px;overflow:clip;color:var(--ink);box-shadow:0 1px 2px rgb(0 0 0/.1),0 18px 40px -18px rgb(40 25 0/.35);transition:background-color .6s}
.night .table{color-scheme:dark}
.side{display:flex;flex-direction:column;align-items:center;gap:14px;padding:16px 20px 14px;background:var(--cloth)}
.side.family{background-image:linear-gradient(90deg,var(--check) 50%,transparent 50%),linear-gradient(var(--check) 50%,transparent 50%);background-size:52px 52px}
.side.staff{background:var(--paper);background-image:linear-gradient(90deg,transparent 39px,var(--margin) 39px 41px,transparent 41px),repeating-linear-gradient(transparent 0 29px,var(--rule) 29px 30px)}
h2{font-size:1.125rem}
.side h2{padding:2px 14px;border-radius:99px;background:var(--card)}
.numbers{display:grid;grid-template-columns:1fr 1fr;width:100%;max-width:336px;background:var(--card);border-radius:14px;padding:9px 0;border:1px solid var(--line);text-align:center;font-size:.8125rem;color:var(--soft)}
.numbers div+div{border-inline-start:1px solid var(--line)}
.numbers dd{font-size:.9375rem;font-weight:600;color:var(--ink);font-variant-numeric:tabular-nums;white-space:nowrap}
s{color:light-dark(#a3352b,#ff9d90);text-decoration-thickness:2px}
.ready{width:100%;max-width:336px;font-size:.875rem}
summary{display:flex;align-items:center;justify-content:center;text-decoration:underline;text-underline-offset:3px}
.ready[open]{background:var(--card);border-radius:14px;padding:0 12px 12px}
.ready a{display:flex;align-items:center;min-height:44px;padding:6px 10px;border-radius:8px;color:inherit;border-top:1px solid var(--line)}
.ready form{margin-top:8px}.ready button{width:100%}#unknown>p,.others>p{margin:8px 0 4px}#unknown a{display:inline;min-height:0;padding:0;border:0;text-decoration:underline}#unknown ol,.others ol{display:grid;gap:4px;padding:0;list-style:none}#unknown li,.others li{padding:6px 10px;border:1px solid var(--line);border-radius:8px}#unknown li p,.others li p{margin:0}#unknown li.sent,.others li.sent{margin-inline-start:24px}.others:not(:empty){margin-top:12px;padding:10px 12px;border:1px solid var(--line);border-radius:12px;background:var(--card);max-width:336px;width:100%}.others button{min-height:44px;padding:0 14px;border-radius:12px;border:1.5px solid light-dark(#8b8373,#6b7382);background:var(--card);color:var(--ink);font-size:.9375rem;font-weight:600}.others form{display:flex;gap:8px;margin-top:8px}.others input[name=body]{flex:1;min-width:0;min-height:44px;font:inherit;color:inherit;background:var(--card);padding:0 10px;border:1px solid var(--line);border-radius:8px}
.about{max-width:336px;padding:3px 12px;border-radius:10px;background:var(--card);font-size:.8125rem;line-height:1.35;text-align:center;color:var(--soft)}
form:focus-within+.about{color:var(--ink);box-shadow:inset 3px 0 var(--glow)}

textarea{display:block;width:100%;field-sizing:content;resize:none;border:0;background:none;color:inherit;font:inherit;line-height:1.35}
textarea::placeholder{color:inherit;opacity:.75}
.texts{flex:1;min-height:0;display:flex;flex-direction:column-reverse;overflow-y:auto;overscroll-behavior:contain;scrollbar-width:thin}
.texts li p{white-space:pre-wrap;overflow-wrap:anywhere}
.texts img{display:block;max-width:100%;max-height:150px;border-radius:6px;margin-top:4px}.texts p:empty{display:none}
.none{color:var(--soft)}.texts ol:not(:empty)+.none{display:none}.texts .none{order:1;margin:auto;color:inherit;opacity:.75}
.bar{display:flex;justify-content:space-between;align-items:center;font-variant-numeric:tabular-nums}
.bars{width:17px;height:11px;background:linear-gradient(90deg,currentColor 3px,transparent 3px 4.6px,currentColor 4.6px 7.6px,transparent 7.6px 9.2px,currentColor 9.2px 12.2px,transparent 12.2px 13.8px,currentColor 13.8px);clip-path:polygon(0 70%,100% 0,100% 100%,0 100%)}
.send{border:0;font-weight:600}

.flip{width:288px;filter:drop-shadow(0 16px 16px rgb(40 15 0/.35))}
.lid,.base{background:linear-gradient(145deg,#7d3142,#531b2b 55%,#3d111f);box-shadow:inset 0 1.5px 0 rgb(255 255 255/.25),inset 0 -2px 3px rgb(0 0 0/.4)}
.lid{position:relative;height:352px;padding:30px 18px 16px;border-radius:40px 40px 14px 14px}
.lid::before{content:'';position:absolute;inset:13px 0 auto;margin:auto;width:64px;height:5px;border-radius:9px;background:#2a0a14;box-shadow:0 1px 0 rgb(255 255 255/.2)}
.flip .screen{display:flex;flex-direction:column;height:100%;border:3px solid #16060b;border-radius:9px;overflow:hidden;background:linear-gradient(#d9e6bd,#c6d7a3);color:#1a2410;font:13px/1.32 ui-monospace,'Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;box-shadow:inset 0 2px 8px rgb(0 20 0/.3)}
.night .flip .screen{background:linear-gradient(#e9f8b4,#cbe884);box-shadow:0 0 30px rgb(214 245 140/.35)}
.flip .bar{padding:4px 8px 0}.flip .peer{padding:1px 8px 4px;border-bottom:1.5px solid #1a2410;font-weight:700}
.flip .texts{padding:4px 8px}
.flip li{margin:4px 0}.flip li time{font-size:11px}
.flip li.sent{margin-inline-start:28px;padding:4px 7px;background:#26331a;color:#e6f1d0;border-radius:4px}
.flip textarea{flex:none;min-height:62px;max-height:98px;padding:5px 8px;border-top:1.5px dashed #1a2410;background:#e8f1d4;border-radius:0}
.flip textarea:focus-visible{outline-offset:-3px;outline-color:#0b3f9e}
.hinge{height:16px;margin:0 26px;background:linear-gradient(#2a0a14,#8a4353 45%,#2a0a14);border-radius:4px}
.base{padding:12px 18px 20px;border-radius:14px 14px 44px 44px}
.soft{display:grid;grid-template-columns:1fr 56px 1fr;gap:10px;align-items:center}
.key,.flip .send{display:grid;place-items:center;min-height:46px;border-radius:22px 10px 10px 22px;background:linear-gradient(#5d4149,#3a232b);color:#f6e9ec;font-size:.875rem;box-shadow:inset 0 1px 0 rgb(255 255 255/.22),0 2px 2px rgb(0 0 0/.4)}
.flip .send{border-radius:10px 22px 22px 10px;background:linear-gradient(#2f7a4a,#1d5a34);color:#fff;padding:0 6px}
.pad{width:56px;height:46px;border-radius:50%;border:9px solid #8f5262;background:#4a1c2a;box-shadow:0 2px 3px rgb(0 0 0/.4)}
.keys{display:grid;grid-template-columns:repeat(3,1fr);gap:6px 10px;margin-top:11px}
.keys i{padding:3px 0;text-align:center;font:600 14px/1.2 system-ui,sans-serif;color:#f1dfe3;background:linear-gradient(#5d4149,#43262f);border-radius:9px;box-shadow:inset 0 1px 0 rgb(255 255 255/.2),0 1px 1px rgb(0 0 0/.4)}

.smart{width:100%;max-width:310px;height:558px;padding:11px;border-radius:46px;background:linear-gradient(145deg,#3c414b,#15181d);box-shadow:0 0 0 1.5px #5a606b,0 22px 34px -10px rgb(20 20 30/.55)}
.smart .screen{display:flex;flex-direction:column;height:100%;border-radius:36px;overflow:hidden;background:light-dark(#fff,#0f1217)}
.smart .bar{padding:11px 24px 2px;font-size:.8125rem;font-weight:600}
.smart .peer{display:flex;flex-direction:column;align-items:center;padding:2px 12px 8px;border-bottom:1px solid var(--line)}
.smart .texts{padding:10px 12px;font-size:.9375rem;line-height:1.35}
.smart li{max-width:86%;margin:0 auto 8px 0;width:fit-content}
.smart li p{padding:8px 13px;border-radius:18px 18px 18px 5px;background:light-dark(#e9eaee,#2a2f39)}
.smart li.sent{margin:0 0 8px auto}.smart li.sent p{border-radius:18px 18px 5px 18px;background:#1666c5;color:#fff}
.smart time{display:block;padding:1px 6px 0;font-size:.75rem;color:var(--soft)}.smart li.sent time{text-align:end}
.write{display:flex;align-items:end;gap:8px;padding:8px 10px 16px;border-top:1px solid var(--line)}
.smart textarea{min-height:44px;max-height:128px;padding:10px 14px;border:1.5px solid light-dark(#8d94a1,#6b7382);border-radius:20px;font-size:.9375rem}
.smart .send{padding:0 16px;border-radius:22px;background:#1666c5;color:#fff}

.talk{width:100%;max-width:336px}.talk:not(:has(.live)){display:none}.call form,.speak{display:flex;flex-wrap:wrap;gap:8px;justify-content:center;margin-top:8px}
.call button,.speak button{border:1.5px solid light-dark(#8b8373,#6b7382);border-radius:12px;background:var(--card);color:var(--ink);font-weight:600;padding:0 14px}
.call.live{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:12px}
.ring{font-size:1.0625rem}.heard{display:flex;flex-direction:column-reverse;max-height:230px;overflow-y:auto;scrollbar-width:thin;font-size:.9375rem;line-height:1.35}
.heard ol{display:grid;gap:6px}.heard li{overflow-wrap:anywhere}.heard .said{padding:6px 10px;border-radius:10px;background:light-dark(#eef3ee,#232a33)}.heard .said small{display:block}.heard .did{justify-self:end;padding:4px 10px;border-radius:10px;background:#1666c5;color:#fff}
.pad12{display:grid!important;grid-template-columns:repeat(3,1fr);max-width:220px;margin-inline:auto}
.speak{align-items:center}.speak label{width:100%;text-align:center;font-size:.875rem}.speak input[name=words]{flex:1;min-width:0;min-height:44px;padding:6px 12px;border:1.5px solid light-dark(#8d94a1,#6b7382);border-radius:12px;background:var(--card);color:var(--ink);font:inherit}
.kitchen{width:100%;max-width:336px;min-height:352px;padding:18px;border-radius:26px;background:linear-gradient(145deg,light-dark(#e6dfcf,#3b3730),light-dark(#cfc5ad,#2a2721));box-shadow:inset 0 2px 0 rgb(255 255 255/.35),0 16px 24px -8px rgb(40 25 0/.45)}
.handset{height:38px;margin:0 10px 14px;border-radius:22px 22px 10px 10px;background:light-dark(#4a4436,#151310);box-shadow:0 4px 6px rgb(0 0 0/.3);clip-path:polygon(0 0,100% 0,100% 100%,78% 100%,72% 55%,28% 55%,22% 100%,0 100%)}
#aloud{display:block;margin:10px auto 0;border:1.5px solid var(--line);border-radius:99px;background:var(--card);color:var(--ink);padding:0 16px}#aloud[hidden]{display:none}#aloud[aria-pressed=true]{border-color:var(--brand);color:var(--brand)}.kitchen .call{background:var(--card);border-radius:14px;padding:12px}

.middle{position:relative;display:flex;flex-direction:column;gap:16px;padding:20px 20px 18px;background:var(--card);box-shadow:0 0 26px rgb(30 20 0/.16)}
.clock{display:flex;align-items:center;justify-content:center;gap:14px}
.clock p{line-height:1.2;font-size:.875rem;white-space:nowrap}.clock span,.clock b{display:block}.clock b{font-size:2rem;letter-spacing:-.03em;font-variant-numeric:tabular-nums}
svg{width:80px;fill:none;stroke:var(--ink);stroke-linecap:round;stroke-width:3}
svg circle{fill:light-dark(#fff,#11151c);stroke-width:5;stroke:var(--brand)}svg .pin{fill:var(--glow);stroke:none}svg .hour{stroke-width:6}svg .minute{stroke-width:4}
.hint{position:relative;overflow:hidden;min-height:5.9em;display:flex;align-items:center;padding:12px 16px;border-radius:14px;background:light-dark(#fff1cf,#3a3015);border-inline-start:5px solid var(--glow);font-weight:500}
.acts{counter-reset:act;display:grid}
.acts li{counter-increment:act;display:flex;align-items:center;gap:12px;position:relative;min-height:52px;color:var(--soft);font-size:.9375rem;line-height:1.25}
.acts li+li::after{content:'';position:absolute;inset:-10px auto auto 15px;height:20px;border-inline-start:2px solid var(--line)}
.acts li::before{content:counter(act);flex:none;width:32px;height:32px;display:grid;place-items:center;border-radius:50%;border:2px solid var(--line);font-weight:600;font-size:.9375rem}
.acts .done{color:var(--ink)}.acts .done::before{content:'✓' / 'done';background:var(--brand);border-color:var(--brand);color:var(--card)}
.acts [aria-current]{color:var(--ink);font-weight:650}.acts [aria-current]::before{background:var(--glow);border-color:var(--glow);color:#291c00}
.middle form{display:grid;gap:8px;text-align:center;font-size:.875rem;color:var(--soft)}
.middle noscript a{display:flex;align-items:center;min-height:44px;color:inherit}
.middle button{border:1.5px solid light-dark(#8b8373,#6b7382);border-radius:12px;background:var(--card);color:var(--ink);font-size:1rem;font-weight:600;padding:0 14px}
.travelling .hint::after{content:'';position:absolute;inset:auto 0 0;height:4px;background:linear-gradient(90deg,transparent,var(--glow),transparent) 0/40% 100% no-repeat;animation:go 1.1s linear infinite}
@keyframes go{from{background-position:-60% 0}to{background-position:160% 0}}
.new{animation:arrive .45s cubic-bezier(.2,1.4,.4,1)}
@keyframes arrive{from{opacity:0;transform:translateY(14px) scale(.96)}}

.under{padding:20px 0 40px}
.under section{background:var(--card);border-radius:20px;padding:16px 20px}
.under h2{margin-bottom:10px}
#log h3{padding-top:8px;font-size:.8125rem;font-weight:600;color:var(--soft)}
#log li{display:grid;grid-template-columns:5fr 6fr;gap:4px 24px;padding:12px 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
h4{padding-bottom:2px;font-size:.9375rem}
#log li p{font-size:.9375rem;text-align:left}#log li p+p{color:var(--brand)}
#log dl{display:grid;gap:4px;font-size:.875rem;color:var(--soft)}h5{margin:0;font-size:.8125rem;font-weight:600}dl+h5{padding-top:6px}
#log ol:last-child li:last-child{border:0}#log dd::first-letter{text-transform:uppercase}
#log dl div{display:grid;grid-template-columns:5.5em 1fr}dt{font-variant-numeric:tabular-nums}
#log>a{display:flex;align-items:center;min-height:44px;color:inherit;text-underline-offset:3px}
.glow.glow,.speaks+.speak button{background:var(--glow);color:#291c00;border-color:var(--glow);box-shadow:0 0 0 4px rgb(255 185 46/.4),0 0 26px 6px rgb(255 170 20/.55);animation:glow 1.8s ease-in-out infinite}
@keyframes glow{50%{box-shadow:0 0 0 8px rgb(255 185 46/.2),0 0 34px 12px rgb(255 170 20/.6)}}

@media(max-width:1080px){.acts{display:flex;align-items:center;gap:8px;margin:0}.acts li{min-height:0;font-size:0;gap:0}.acts li+li::after{content:none}.acts [aria-current]{flex:1;gap:10px;font-size:1rem}
.table{grid-template-columns:1fr 1fr}.middle{grid-column:1/-1;grid-row:1;display:grid;grid-template-columns:1fr 1fr;align-items:center}.middle form{margin:0}.hint{min-height:0}}
@media(max-width:700px){header,main{padding-inline:0}main{display:flex;flex-direction:column}.strip{display:contents}
.jump{display:flex;align-items:center;min-height:44px;margin:-10px 14px 4px;color:inherit;text-underline-offset:3px}.faulty .jump{display:none}
.table{order:1}.break{order:2;display:block;padding:14px}.break h2{margin-bottom:8px}.break form{flex-direction:column;align-items:stretch}.under{order:3}
.break.turn,.break.on{position:sticky;bottom:0;z-index:2;box-shadow:0 -4px 14px rgb(0 0 0/.22);border-radius:0}
.break.turn{padding:0;background:var(--page)}.break.turn h2{position:absolute;clip-path:inset(50%)}.break.turn form{flex-direction:row;flex-wrap:nowrap;overflow-x:auto;padding:12px 14px}.break.turn button{flex:none}.break.turn .glow{order:-1}
.break.on{display:flex;flex-wrap:nowrap;justify-content:space-between;padding:10px 14px;line-height:1.3}.break.on span{display:none}.break.on form{flex:none}.break.on button{padding:0 10px;font-size:.875rem}
header{padding:12px 14px}header p{font-size:.9375rem}header .demo{margin:0;font-size:.8125rem;padding-inline:10px}nav a{padding:0 12px;gap:6px}nav ul{gap:6px}svg{width:56px}.clock p{white-space:normal}.clock b{font-size:1.5rem;display:inline}.middle{gap:10px!important}.acts{justify-content:center}.acts [aria-current]{flex:0 1 auto;font-size:.9375rem}.acts li:not([aria-current])::before{width:12px;height:12px;font-size:0;color:transparent}nav ul{padding:0 14px 10px}.table{grid-template-columns:1fr;border-radius:0}.side{order:1;padding-inline:12px}.under{padding:14px}.under section{padding:14px}
html{scroll-padding:110px 0 120px}.table{display:flex;flex-direction:column}.middle{display:contents}.middle>*{padding:12px 14px}.middle>:not(.hint){background:var(--card)}.hint{position:sticky;top:0;z-index:2;padding-block:10px;border-radius:0;box-shadow:0 4px 14px rgb(0 0 0/.22);font-size:.9375rem;line-height:1.35}#log li{grid-template-columns:1fr}#log dl div{grid-template-columns:4.8em 1fr}.numbers dd{font-size:.875rem}}
@media(pointer:coarse){textarea{font-size:16px!important}}
@media(prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}}
`
