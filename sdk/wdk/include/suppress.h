// Names of analyser warnings: none for clang.
#pragma once
