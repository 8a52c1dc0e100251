// SPDX-License-Identifier: BSL-1.0
#include "gnuplot.hpp"

#include "subprocess.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>

#include <fmt/format.h>

namespace bench::charts {
namespace {

/// A folder for what gnuplot writes, gone with its owner.
class scratch_folder {
public:
    scratch_folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "syncmap-bench-XXXXXX").string();
        if (!::mkdtemp(name.data()))
            throw std::runtime_error("cannot make a folder for the charts in " +
                                     std::filesystem::temp_directory_path().string());
        path_ = name;
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string file(const char* name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// What stands between <svg ...> and </svg>, without the titles, which browsers show under the mouse, and
/// with bold type as SVG has it.
std::string inside(const std::string& svg) {
    static const std::regex titles("<(title|desc)>[^<]*</(title|desc)>"),
        bold("\"sans-serif:Bold\"");
    const auto open = svg.find("<svg");
    const auto begin = open == std::string::npos ? open : svg.find('>', open);
    const auto end = svg.rfind("</svg>");
    if (begin == std::string::npos || end == std::string::npos)
        throw std::runtime_error("gnuplot has drawn nothing");
    const auto untitled = std::regex_replace(svg.substr(begin + 1, end - begin - 1), titles, "");
    return std::regex_replace(untitled, bold, "\"sans-serif\" font-weight=\"bold\"");
}

}  // namespace

picture draw(int width, int height, std::string_view script) {
    const scratch_folder folder;
    const auto drawn = folder.file("chart.svg");
    const auto head = fmt::format("set terminal svg size {},{} noenhanced font 'sans-serif,13' "
                                  "background '#ffffff'\nset encoding utf8\nset output {}\n",
                                  width, height, literal(drawn));
    std::ofstream(folder.file("script"), std::ios::binary) << head << script;
    const auto done = run_program({"gnuplot", folder.file("script")}, {}, {{"LC_ALL", "C.UTF-8"}});
    if (done.status == 127)
        throw std::runtime_error(
            "gnuplot is not there: install it (gnuplot-nox on Debian) for charts");
    if (done.status != 0) throw std::runtime_error("gnuplot failed:\n" + done.output);
    return {width, height, inside(read_file(drawn))};
}

std::string literal(std::string_view text) {
    std::string constant = "'";
    for (const char c : text) constant += c == '\'' ? std::string("''") : std::string(1, c);
    return constant + "'";
}

}  // namespace bench::charts
