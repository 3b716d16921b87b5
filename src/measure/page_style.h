/* SPDX-License-Identifier: MIT */
/* page_style.h - the look of a page, and its one script.
 *
 * --k are the colours of curves, in the order of jobs/style.gp; --b the parts of a sum, --h the shades of costs from cheap to
 * dear and --t the text on them: each pair has a contrast of 4.5 at least, in both modes. Curves differ by their dashes too. */
#ifndef OCK_PAGE_STYLE_H
#define OCK_PAGE_STYLE_H

/* clang-format off */
#define OCK_PAGE_CSS \
    ":root{--page:#fff;--ink:#1b1d21;--soft:#565b66;--line:#d5d8de;--panel:#f6f7f9;--link:#0b57a4;\n" \
    "--k0:#cc3311;--k1:#4477aa;--k2:#228833;--k3:#aa3377;--k4:#8a6d00;--k5:#007788;\n" \
    "--b0:#4477aa;--b1:#ccbb44;--b2:#aa3377;--s0:#fff;--s1:#1b1d21;--s2:#fff;\n" \
    "--h0:#fff;--h1:#fff6d6;--h2:#ffec9e;--h3:#fedb70;--h4:#fdc050;--h5:#fb9f47;--h6:#f27a41;--h7:#d2402c" \
    ";--h8:#a51c2b;--h9:#680d25;\n" \
    "--t0:#1b1d21;--t1:#1b1d21;--t2:#1b1d21;--t3:#1b1d21;--t4:#1b1d21;--t5:#1b1d21;--t6:#1b1d21;--t7:#fff" \
    ";--t8:#fff;--t9:#fff}\n" \
    "@media(prefers-color-scheme:dark){:root{--page:#15171b;--ink:#e7e8ea;--soft:#a4a9b3;--line:#3a3e47;-" \
    "-panel:#1d2026;--link:#8fc1ff;\n" \
    "--k0:#ff7f63;--k1:#86b6ec;--k2:#6fcf7f;--k3:#e58cc4;--k4:#dcb94f;--k5:#5fcbdb;\n" \
    "--b0:#86b6ec;--b1:#ccbb44;--b2:#e58cc4;--s0:#15171b;--s1:#15171b;--s2:#15171b;\n" \
    "--h0:#15171b;--h1:#231b38;--h2:#371e55;--h3:#502068;--h4:#6f2770;--h5:#93306a;--h6:#b83e58;--h7:#e86" \
    "93a;--h8:#f9a53a;--h9:#fcf199;\n" \
    "--t0:#e7e8ea;--t1:#e7e8ea;--t2:#e7e8ea;--t3:#f2f2f4;--t4:#fff;--t5:#fff;--t6:#fff;--t7:#15171b;--t8:" \
    "#15171b;--t9:#15171b}}\n" \
    "*{box-sizing:border-box}\n" \
    "body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}\n" \
    "header,main{max-width:66rem;margin:0 auto;padding:0 1.25rem}\n" \
    "header{padding-top:1.5rem}main{padding-bottom:4rem}\n" \
    "h1{font-size:1.75rem;line-height:1.2;margin:0 0 .5rem}h2{font-size:1.3rem;margin:2.25rem 0 .5rem;overflow-wrap:anywhere}h3{" \
    "font-size:1.05rem;margin:1.5rem 0 .5rem}\n" \
    "p{margin:.5rem 0;max-width:46rem;overflow-wrap:anywhere}\n" \
    "code{font:.85em ui-monospace,monospace}\n" \
    "nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:1rem 0;padding:.5rem 0;border-block:1px so" \
    "lid var(--line)}\n" \
    "a{color:var(--link)}\n" \
    ":focus-visible{outline:3px solid var(--link);outline-offset:2px}\n" \
    ".scroll{overflow-x:auto}\n" \
    "table{border-collapse:collapse;font-size:.875rem;width:100%}\n" \
    "th,td{padding:.375rem .625rem .375rem 0;border-bottom:1px solid var(--line);text-align:left;vertical" \
    "-align:top;font-weight:400}\n" \
    "thead th{color:var(--soft)}\n" \
    "tbody th{overflow-wrap:anywhere;min-width:9rem}\n" \
    ".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n" \
    ".wide{width:28%;min-width:9rem}\n" \
    "td.n+td{padding-left:.5rem}\n" \
    "svg{display:block;width:100%;height:auto}\n" \
    "svg text{fill:var(--soft);font-size:12px}\n" \
    ".bar{height:1.125rem}\n" \
    "rect.b0{fill:var(--b0)}rect.b1{fill:var(--b1)}rect.b2{fill:var(--b2)}\n" \
    "b.b0,b.b1,b.b2{padding:0 .375em;border-radius:3px}\n" \
    "b.b0{background:var(--b0);color:var(--s0)}b.b1{background:var(--b1);color:var(--s1)}b.b2{background:" \
    "var(--b2);color:var(--s2)}\n" \
    ".grid{stroke:var(--line);stroke-width:1}\n" \
    ".curve{fill:none;stroke-width:2;stroke-linejoin:round}\n" \
    ".mark{fill:none;stroke:var(--ink);stroke-dasharray:2 3}\n" \
    ".k0{stroke:var(--k0)}.k1{stroke:var(--k1);stroke-dasharray:7 3}.k2{stroke:var(--k2);stroke-dasharray" \
    ":2 3}\n" \
    ".k3{stroke:var(--k3);stroke-dasharray:9 3 2 3}.k4{stroke:var(--k4);stroke-dasharray:12 4}.k5{stroke:" \
    "var(--k5);stroke-dasharray:4 2 1 2}\n" \
    ".legend{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;list-style:none;margin:.5rem 0;padding:0;overf" \
    "low-wrap:anywhere}\n" \
    ".line{display:inline-block;width:2.25rem;vertical-align:middle}\n" \
    "#shades{max-width:none}\n" \
    ".h0{background:var(--h0);fill:var(--h0);color:var(--t0)}.h1{background:var(--h1);fill:var(--h1);colo" \
    "r:var(--t1)}\n" \
    ".h2{background:var(--h2);fill:var(--h2);color:var(--t2)}.h3{background:var(--h3);fill:var(--h3);colo" \
    "r:var(--t3)}\n" \
    ".h4{background:var(--h4);fill:var(--h4);color:var(--t4)}.h5{background:var(--h5);fill:var(--h5);colo" \
    "r:var(--t5)}\n" \
    ".h6{background:var(--h6);fill:var(--h6);color:var(--t6)}.h7{background:var(--h7);fill:var(--h7);colo" \
    "r:var(--t7)}\n" \
    ".h8{background:var(--h8);fill:var(--h8);color:var(--t8)}.h9{background:var(--h9);fill:var(--h9);colo" \
    "r:var(--t9)}\n" \
    "i{font-style:normal}\n" \
    ".sample{display:inline-block;padding:0 .5em;border:1px solid var(--line);font-size:.875rem;white-spa" \
    "ce:nowrap}\n" \
    ".heat{margin:0;font:.8125rem/1.55 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere" \
    ";unicode-bidi:isolate;direction:ltr}\n" \
    ".stretches td:last-child{width:100%}.stretches .n{padding-right:1.25rem}details>.heat{max-height:32rem;overflow-y:auto;padding:.75rem;border:1px solid var(--line)}\n" \
    "details{margin:.125rem 0}u{text-decoration:underline dotted}summary{cursor:pointer;padding:.25rem 0}\n" \
    "#image{border:1px solid var(--line);shape-rendering:crispEdges}\n" \
    "#reading{display:grid;gap:.25rem;margin:.5rem 0}#reading input{width:100%;accent-color:var(--link)}\n" \
    "output{font-variant-numeric:tabular-nums;overflow-wrap:anywhere}\n" \
    "@media(max-width:40rem){#plot text{font-size:20px}}\n" \
    "@media print{details>.heat{max-height:none}}\n"

/* Without it the page is complete: it reads the curve's table at a place that is chosen. */
#define OCK_PAGE_SCRIPT \
    "(function(){var table=document.getElementById(\"spans\"),mark=document.getElementById(\"mark\");\n" \
    "if(!table||!mark||table.tBodies[0].rows.length<2){return}\n" \
    "var rows=table.tBodies[0].rows,names=table.tHead.rows[0].cells,box=document.createElement(\"div\");\n" \
    "box.id=\"reading\";\n" \
    "var label=document.createElement(\"label\"),range=document.createElement(\"input\"),out=document.cre" \
    "ateElement(\"output\");\n" \
    "label.textContent=\"Read the curve, by the arrow keys too\";label.htmlFor=range.id=\"at\";\n" \
    "range.type=\"range\";range.min=0;range.max=rows.length-1;range.value=0;out.htmlFor=\"at\";\n" \
    "function read(){var row=rows[range.value],text=\"bytes \"+row.cells[0].textContent+\":\",i;\n" \
    "for(i=1;i<row.cells.length;i++){text+=\" \"+row.cells[i].textContent+(names.length>2?\" (\"+names[i]" \
    ".textContent+\")\":\" bits a byte\")}\n" \
    "out.textContent=text;\n" \
    "mark.setAttribute(\"d\",\"M\"+(56+868*(Number(range.value)+0.5)/rows.length)+\" 12V296\")}\n" \
    "range.addEventListener(\"input\",read);box.append(label,range,out);\n" \
    "document.getElementById(\"plot\").after(box);read()})();\n"
/* clang-format on */

/* Base64 of its SHA-256, by which the page's policy allows it: unit.page holds one against the other. */
#define OCK_PAGE_SCRIPT_SHA256 "3Z8THFi8qk0qMrH/A3rF/XkneFG30MtBz+EbKJItVEQ="

#endif
