// Makes a CompiledProbe from the three functions of a probe, which know their own types: what a page holds is seen by
// them alone.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/probe.h"

namespace ballast {

/// A page as the functions of its probe see it.
template <class Content>
struct PageOf {
  const Content& content;
  TimePoint received_at{};
};

/// Content decode(Response) and NamedReading select(selection, page, previous page or null); both may fail. `selection`
/// is what picking needs, the whole spec where that is small: it is kept for as long as the signal is read.
template <class Selection, class Content>
CompiledProbe compile_probe(std::string type, Request request, Result<Content> (*decode)(const Response&),
                            Selection selection,
                            Result<NamedReading> (*select)(const Selection&, const PageOf<Content>&,
                                                           const PageOf<Content>*)) {
  CompiledProbe probe;
  probe.request = std::move(request);
  probe.type = std::move(type);
  probe.decode = [decode](const Response& response) -> Result<Page> {
    auto content = decode(response);
    if (!content) return content.error();
    return Page{std::make_shared<const Content>(*std::move(content)), response.received_at};
  };
  probe.select = [selection = std::move(selection), select](const Page& page,
                                                            const Page* previous) -> Result<NamedReading> {
    const auto seen = [](const Page& of) {
      return PageOf<Content>{*static_cast<const Content*>(of.content.get()), of.received_at};
    };
    if (previous == nullptr) return select(selection, seen(page), nullptr);
    const PageOf<Content> before = seen(*previous);
    return select(selection, seen(page), &before);
  };
  return probe;
}

}  // namespace ballast
