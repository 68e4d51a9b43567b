#include "charts/png.hpp"

#include <algorithm>
#include <memory>

#include <librsvg/rsvg.h>

namespace bellwether::charts {

namespace {

template <auto Release>
struct Releaser {
  template <typename T>
  void operator()(T* thing) const {
    Release(thing);
  }
};
using Handle = std::unique_ptr<RsvgHandle, Releaser<g_object_unref>>;
using Surface = std::unique_ptr<cairo_surface_t, Releaser<cairo_surface_destroy>>;
using Canvas = std::unique_ptr<cairo_t, Releaser<cairo_destroy>>;
using GlibError = std::unique_ptr<GError, Releaser<g_error_free>>;

cairo_status_t append(void* out, const unsigned char* bytes, unsigned count) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

Result<std::string> to_png(const std::string& svg, int width) {
  constexpr int kMax = 4000;
  GError* raw_error = nullptr;
  const Handle handle(
      rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), &raw_error));
  if (!handle) return fail(std::string("the chart is no SVG: ") + GlibError(raw_error)->message);
  double own_width = 0;
  double own_height = 0;
  if (rsvg_handle_get_intrinsic_size_in_pixels(handle.get(), &own_width, &own_height) == 0 || own_width <= 0)
    return fail("the chart has no size");
  width = std::clamp(width, 1, kMax);
  const int height = std::clamp(static_cast<int>(width * own_height / own_width), 1, kMax);
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
  const Canvas canvas(cairo_create(surface.get()));
  const RsvgRectangle whole{0, 0, static_cast<double>(width), static_cast<double>(height)};
  if (rsvg_handle_render_document(handle.get(), canvas.get(), &whole, &raw_error) == 0)
    return fail(std::string("the chart cannot be drawn: ") + GlibError(raw_error)->message);
  std::string png;
  if (cairo_surface_write_to_png_stream(surface.get(), append, &png) != CAIRO_STATUS_SUCCESS)
    return fail("the chart cannot be written as PNG");
  return png;
}

}  // namespace bellwether::charts
