// SPDX-License-Identifier: BSL-1.0
#include "page.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include <fmt/format.h>

namespace bench::charts {
namespace {

constexpr std::string_view page_title = "syncmap beside other maps";
constexpr int margin = 24;

constexpr std::string_view style = R"(
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #24292f; background: #fff; max-width: 1160px;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin-bottom: .2rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .3rem; }
p { max-width: 100ch; margin: .3rem 0; }
.warning { border-left: 4px solid #bf8700; padding-left: .6rem; }
.note { color: #57606a; font-size: .9rem; }
nav ul { columns: 2 26rem; padding-left: 1.2rem; }
figure { margin: 1rem 0; }
figure svg { width: 100%; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; white-space: nowrap; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #d8dee4; text-align: right; }
th { background: #f6f8fa; }
td.text, th.text { text-align: left; }
td.ours { color: #0b5fff; font-weight: 600; }
a { color: #0b5fff; }
)";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        default: out += c;
        }
    }
    return out;
}

std::string peers_list(const dataset& data) {
    std::string html = "<details class=\"note\"><summary>The maps</summary><ul>\n";
    for (const auto& p : data.peers)
        html += fmt::format("<li><b>{}</b> {}</li>\n", escaped(p.name), escaped(p.about));
    return html + "</ul></details>\n";
}

std::string missing_line(const dataset& data) {
    std::string line;
    for (const auto& m : data.missing)
        line += fmt::format("{}{} ({})", line.empty() ? "Left out: " : "; ", m.name, m.why);
    return line;
}

/// All medians: a line for what was measured, a column for each peer.
std::string table(const dataset& data) {
    struct order {
        using row = std::tuple<std::string, std::string, std::uint64_t, int, std::string>;
        bool operator()(const row& a, const row& b) const {
            const auto& [workload_a, type_a, keys_a, threads_a, metric_a] = a;
            const auto& [workload_b, type_b, keys_b, threads_b, metric_b] = b;
            if (workload_a != workload_b) return comes_before(workload_a, workload_b);
            return std::tie(type_a, keys_a, threads_a, metric_a) <
                   std::tie(type_b, keys_b, threads_b, metric_b);
        }
    };
    std::map<order::row, std::map<std::string, double>, order> rows;
    for (const auto& r : data.records)
        rows[{r.workload, r.type, r.keys, r.threads, r.metric}][r.peer] = r.median;

    std::string html = "<div class=\"wide\"><table>\n<thead><tr><th class=\"text\">workload</th>"
                       "<th class=\"text\">types</th><th>keys</th><th>threads</th>"
                       "<th class=\"text\">figure</th>";
    for (const auto& p : data.peers) html += fmt::format("<th>{}</th>", escaped(p.name));
    html += "</tr></thead>\n<tbody>\n";
    for (const auto& [row, medians] : rows) {
        const auto& [workload, type, keys, threads, metric] = row;
        html += fmt::format("<tr><td class=\"text\">{}</td><td class=\"text\">{}</td><td>{}</td>"
                            "<td>{}</td><td class=\"text\">{}</td>",
                            escaped(workload), escaped(type), keys ? keys_text(keys) : "", threads,
                            escaped(metric));
        for (const auto& p : data.peers) {
            const auto found = medians.find(p.name);
            html += fmt::format("<td{}>{}</td>", p.name == ours ? " class=\"ours\"" : "",
                                found == medians.end() ? "–" : number_text(found->second));
        }
        html += "</tr>\n";
    }
    return html + "</tbody></table></div>\n";
}

}  // namespace

std::string as_svg(const dataset& data, const std::vector<chart>& drawn) {
    constexpr int heading_height = 44;
    const int title_height = 84 + 18 * static_cast<int>(data.warnings.size());
    int width = 0, height = title_height;
    for (const auto& c : drawn) {
        width = std::max(width, c.drawn.width + 2 * margin);
        height += heading_height + c.drawn.height;
    }
    height += margin;
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
        "width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" "
        "fill=\"#24292f\">\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
        "<text x=\"{2}\" y=\"38\" font-size=\"24\" font-weight=\"bold\">{3}</text>\n"
        "<text x=\"{2}\" y=\"62\" font-size=\"13\" fill=\"#57606a\">{4}</text>\n",
        width, height, margin, page_title, escaped(data.machine));
    for (std::size_t i = 0; i < data.warnings.size(); ++i)
        svg += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"13\" fill=\"#9a6700\">{}</text>\n",
                           margin, 82 + 18 * i, escaped(data.warnings[i]));
    int top = title_height;
    for (const auto& c : drawn) {
        svg +=
            fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"19\" font-weight=\"bold\">{}</text>\n",
                        margin, top + 26, escaped(c.title));
        top += heading_height;
        svg += fmt::format("<svg x=\"{0}\" y=\"{1}\" width=\"{2}\" height=\"{3}\" "
                           "viewBox=\"0 0 {2} {3}\">{4}</svg>\n",
                           margin, top, c.drawn.width, c.drawn.height, c.drawn.content);
        top += c.drawn.height;
    }
    return svg + "</svg>\n";
}

std::string as_html(const dataset& data, const std::vector<chart>& drawn) {
    std::string html = fmt::format(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n"
        "<p class=\"note\">{2}</p>\n{3}<p class=\"note\">{4}</p>\n",
        page_title, style, escaped(data.machine), peers_list(data), escaped(missing_line(data)));
    for (const auto& warning : data.warnings)
        html += fmt::format("<p class=\"warning\">{}</p>\n", escaped(warning));
    html += "<nav><ul>\n";
    for (std::size_t i = 0; i < drawn.size(); ++i)
        html += fmt::format("<li><a href=\"#chart{}\">{}</a></li>\n", i, escaped(drawn[i].title));
    html += "<li><a href=\"#table\">All figures</a></li>\n</ul></nav>\n";
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        const auto& c = drawn[i];
        html +=
            fmt::format("<section id=\"chart{0}\">\n<h2>{1}</h2>\n<figure>\n"
                        "<figcaption class=\"note\">{2}</figcaption>\n"
                        "<svg role=\"img\" aria-label=\"{1}\" xmlns=\"http://www.w3.org/2000/svg\" "
                        "xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 {3} {4}\">"
                        "{5}</svg>\n</figure>\n</section>\n",
                        i, escaped(c.title), escaped(c.caption), c.drawn.width, c.drawn.height,
                        c.drawn.content);
    }
    html +=
        "<section id=\"table\">\n<h2>All figures</h2>\n<p class=\"note\">Medians. Times of single "
        "operations (p50 to max) are in microseconds.</p>\n";
    return html + table(data) + "</section>\n</body>\n</html>\n";
}

}  // namespace bench::charts
