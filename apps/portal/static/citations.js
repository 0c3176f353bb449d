"use strict";
// Sources of an answer: title, number, agency and date in sight, the quoted words a click away.
(function (W) {
  const SHOWN = 2;

  function highlighted(context, quote) {
    const box = W.make("blockquote", "quote");
    const at = context.indexOf(quote);
    if (at < 0 || !quote) {
      box.append(quote ? W.make("mark", "", quote) : context);
      return box;
    }
    box.append(context.slice(0, at), W.make("mark", "", quote), context.slice(at + quote.length));
    return box;
  }

  function excerpt(citation) {
    const quote = citation.quote || "";
    const details = W.make("details", "excerpt");
    details.append(W.make("summary", "", "查看原文摘录"), highlighted(citation.context || quote, quote));
    return details;
  }

  function facts(citation) {
    const page = citation.page ? "第 " + citation.page + " 页" : "";
    const known = [citation.document_number, page, citation.agency, citation.published_on].filter(Boolean);
    if (!known.length) return null;
    const line = W.make("span", "facts");
    known.forEach((fact, at) => line.append(at ? " · " : "", W.make("span", "fact", fact)));
    return line;
  }

  function citationItem(citation) {
    const item = W.make("li", "citation");
    const title = citation.title || citation.external_id;
    item.append(W.isLink(citation.url) ? W.makeLink(citation.url, title) : W.make("span", "", title));
    const line = facts(citation);
    if (line) item.append(line);
    if (citation.quote || citation.context) item.append(excerpt(citation));
    return item;
  }

  function list(citations) {
    const all = W.make("ul");
    citations.forEach((citation) => all.append(citationItem(citation)));
    return all;
  }

  W.sources = function (citations) {
    const box = W.make("div", "sources");
    box.append(W.make("p", "label", "依据"), list(citations.slice(0, SHOWN)));
    if (citations.length > SHOWN) {
      const more = W.make("details", "more");
      more.append(W.make("summary", "", "另外 " + (citations.length - SHOWN) + " 条依据"));
      more.append(list(citations.slice(SHOWN)));
      box.append(more);
    }
    return box;
  };
})(window.Weizheng);
