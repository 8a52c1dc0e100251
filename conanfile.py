# SPDX-License-Identifier: BSL-1.0
"""The recipe for Conan 2: `conan create .` packs the headers, and tests the package with a small program."""
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load


class Syncmap(ConanFile):
    name = "syncmap"
    license = "BSL-1.0"
    description = "A concurrent hash map whose loads never take a lock"
    topics = ("concurrency", "hash-map", "lock-free", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    exports_sources = "include/*", "LICENSE"
    no_copy_source = True
    test_package_folder = "packaging/conan/test_package"

    def set_version(self):
        header = load(self, os.path.join(self.recipe_folder, "include/syncmap/version.hpp"))
        numbers = re.findall(r"^#define SYNCMAP_VERSION_[A-Z]+ (\d+)$", header, re.MULTILINE)
        self.version = ".".join(numbers)

    def validate(self):
        check_min_cppstd(self, 20)

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(self, "include/*", self.source_folder, self.package_folder)

    def package_id(self):
        self.info.clear()  # the headers are the same for all

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]
        elif self.settings.os == "Windows":
            self.cpp_info.system_libs = ["synchronization"]
