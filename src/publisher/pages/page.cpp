#include "publisher/pages/page.hpp"

#include "base/shorten.hpp"

namespace bellwether::publisher {

net::Response page(std::string_view title, const Markup& body, unsigned status) {
  const Markup whole = markup(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<title>{} · Bellwether</title><link rel=\"stylesheet\" href=\"/style.css\"><link rel=\"icon\" "
      "href=\"/icon.svg\"></head>"
      "<body><header><a href=\"/\">Bellwether</a></header><main>{}</main></body></html>\n",
      shorten(title, kReadableCharacters), body);
  net::Response response{.status = status, .content_type = "text/html; charset=utf-8", .body = whole.text()};
  response.headers = {
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; "
       "base-uri 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "same-origin"},
      {"Cache-Control", "no-store"}};
  return response;
}

net::Response error_page(unsigned status, std::string_view message) {
  return page("Not shown",
              markup("<h1>This page cannot be shown</h1><p class=\"problem\">{}</p>",
                     shorten(message, kDetailCharacters)),
              status);
}

Markup readable(std::string_view text) {
  const std::string shown = shorten(text, kReadableCharacters);
  if (shown == text) return markup("{}", text);
  return markup("<span title=\"{}\">{}</span>", shorten(text, kDetailCharacters), shown);
}

std::string_view icon() {
  return R"svg(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#14304d"/><path d="M2 11 6 7l3 2 5-6" fill="none" stroke="#56b4e9" stroke-width="2"/></svg>)svg";
}

std::string_view style_sheet() {
  return R"css(
:root { color-scheme: light; }
body { margin: 0; font: 15px/1.5 system-ui, "DejaVu Sans", Verdana, sans-serif; color: #1d2733; background: #f4f6f8; }
header { background: #14304d; padding: .6rem 1.5rem; }
header a { color: #fff; font-weight: 600; text-decoration: none; }
main { max-width: 62rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
h1 { font-size: 1.6rem; margin: 1rem 0 .2rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 1.8rem 0 .5rem; overflow-wrap: anywhere; }
a { color: #005a94; }
.meta { color: #5a6673; margin: 0 0 1rem; overflow-wrap: anywhere; }
.lead { font-size: 1.15rem; overflow-wrap: anywhere; }
.card { background: #fff; border: 1px solid #dde3ea; border-radius: 6px; padding: .8rem 1rem; margin: .8rem 0; overflow-x: auto; }
.card svg { max-width: 100%; height: auto; display: block; }
.problem { background: #fdecea; border-left: 4px solid #c0392b; padding: .6rem 1rem; overflow-wrap: anywhere; }
.done { background: #e7f5ec; border-left: 4px solid #1e8449; padding: .6rem 1rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .8rem; margin: 1rem 0; }
.facts div { background: #fff; border: 1px solid #dde3ea; border-radius: 6px; padding: .6rem .8rem; }
.facts b { display: block; font-size: 1.2rem; }
.facts span { color: #5a6673; font-size: .85rem; }
.label { display: inline-block; border-radius: 1rem; padding: 0 .7rem; font-size: .85rem; background: #dde3ea; vertical-align: middle; }
.label.high, .label.delivered { background: #cdeed8; }
.label.medium, .label.pending, .label.held_back { background: #fdeec8; }
.label.failed, .label.invalid, .label.fired { background: #f9d3cf; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid #e6ebf0; vertical-align: top; overflow-wrap: anywhere; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.time { white-space: nowrap; }
.heat td { text-align: right; padding: .25rem .5rem; min-width: 3.2rem; }
.h0 { background: #fff; } .h1 { background: #eaf3f9; } .h2 { background: #d3e6f3; } .h3 { background: #b9d7ec; } .h4 { background: #9cc6e3; }
.h5 { background: #7fb4d9; } .h6 { background: #62a2ce; } .h7 { background: #458fc3; color: #fff; } .h8 { background: #2d7db6; color: #fff; }
.h9 { background: #186ba7; color: #fff; } .h10 { background: #005a94; color: #fff; }
form .row { display: grid; grid-template-columns: 12rem 1fr; gap: .2rem 1rem; margin: .5rem 0; align-items: center; }
form label { color: #36424f; }
input, select, button { font: inherit; padding: .3rem .5rem; border: 1px solid #b9c3ce; border-radius: 4px; background: #fff; max-width: 100%; box-sizing: border-box; }
input[type=text], input[type=password] { width: 100%; }
input.short { width: 8rem; }
button { background: #005a94; color: #fff; border-color: #005a94; padding: .4rem 1.2rem; cursor: pointer; }
fieldset { border: 1px solid #dde3ea; border-radius: 6px; margin: .8rem 0; }
.note { color: #5a6673; font-size: .85rem; }
@media (max-width: 40rem) { form .row { grid-template-columns: 1fr; } }
)css";
}

}  // namespace bellwether::publisher
