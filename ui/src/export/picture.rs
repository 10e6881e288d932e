//! Encodes a drawing as PNG, SVG or GIF.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use inkmesh::canvas::{COLUMNS, ROWS, Raster, Sheet, export};

use super::gif::gif;

/// The longest SVG of paths, in bytes. A fill between many strokes is a path of many rectangles, and a sheet may have
/// thousands: no program would open such an SVG.
const MAX_SVG: usize = 16 << 20;

/// The format of a drawing's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The exact pixels of the canvas.
    Png,
    /// Paths that can be scaled; or the pixels, if the paths would be too long.
    Svg,
    /// An animation of the drawing, stroke by stroke.
    Gif,
}

impl Format {
    /// Returns the extension of such files.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Png => "png",
            Format::Svg => "svg",
            Format::Gif => "gif",
        }
    }
}

/// The error of a drawing that could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// From the PNG encoder.
    #[error("a drawing could not be written as PNG")]
    Png(#[from] png::EncodingError),
    /// From the GIF encoder.
    #[error("a drawing could not be written as GIF")]
    Gif(#[from] ::gif::EncodingError),
}

/// Returns a drawing as the bytes of a file.
///
/// # Errors
/// [`PictureError`].
pub fn encode(sheet: &Sheet, format: Format) -> Result<Vec<u8>, PictureError> {
    match format {
        Format::Png => Ok(png(sheet.raster())?),
        Format::Svg => Ok(svg(sheet, MAX_SVG)?.into_bytes()),
        Format::Gif => Ok(gif(sheet)?),
    }
}

/// Returns an SVG of paths if they take at most `most` bytes, else of pixels.
fn svg(sheet: &Sheet, most: usize) -> Result<String, png::EncodingError> {
    if let Some(lines) = export::svg(sheet, most) {
        return Ok(lines);
    }
    let pixels = BASE64.encode(&png(sheet.raster())?);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{COLUMNS}\" height=\"{ROWS}\">\n\
         <desc>In pixels: in lines this picture would take more than {most} bytes.</desc>\n\
         <image width=\"{COLUMNS}\" height=\"{ROWS}\" href=\"data:image/png;base64,{pixels}\"/>\n</svg>\n"
    ))
}

/// Returns a PNG: one byte a pixel with at most 256 colours, else three.
fn png(raster: &Raster) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, COLUMNS as u32, ROWS as u32);
    encoder.set_depth(png::BitDepth::Eight);
    let pixels = if let Some(palette) = palette(raster.pixels()) {
        encoder.set_color(png::ColorType::Indexed);
        encoder
            .set_palette(palette.iter().flat_map(|color| color.to_be_bytes().into_iter().skip(1)).collect::<Vec<u8>>());
        // Indices compress best without a filter.
        encoder.set_filter(png::Filter::NoFilter);
        let index = |pixel| u8::try_from(palette.binary_search(pixel).unwrap_or(0)).unwrap_or(0);
        raster.pixels().iter().map(index).collect()
    } else {
        encoder.set_color(png::ColorType::Rgb);
        raster.rgb()
    };
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// Returns the colours of a picture in ascending order; `None` if there are more than 256.
fn palette(pixels: &[u32]) -> Option<Vec<u32>> {
    let (mut colors, mut last) = (BTreeSet::new(), None);
    for pixel in pixels {
        // Most pixels have the colour of the one before.
        if last.replace(*pixel) != Some(*pixel) && colors.insert(*pixel) && colors.len() > 256 {
            return None;
        }
    }
    Some(colors.into_iter().collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::io::Cursor;

    use super::super::samples;
    use super::*;

    /// Decodes a PNG to red, green and blue of each pixel.
    fn pixels(bytes: &[u8]) -> Vec<u8> {
        let mut decoder = png::Decoder::new(Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height, info.color_type), (1600, 1200, png::ColorType::Rgb));
        pixels
    }

    #[test]
    fn a_png_has_the_exact_pixels() {
        for (sheet, indexed) in [(samples::house(), true), (samples::colorful(), false), (Sheet::default(), true)] {
            let bytes = encode(&sheet, Format::Png).unwrap();
            assert_eq!(pixels(&bytes), sheet.raster().rgb());
            let kind = png::Decoder::new(Cursor::new(&bytes)).read_info().unwrap().info().color_type;
            assert_eq!(kind == png::ColorType::Indexed, indexed);
        }
    }

    #[test]
    fn an_svg_has_no_scripts() {
        let text = String::from_utf8(encode(&samples::house(), Format::Svg).unwrap()).unwrap();
        assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n") && !text.contains("<script"));
    }
    #[test]
    fn an_svg_that_would_be_too_long_has_the_pixels() {
        let sheet = samples::house();
        let lines = svg(&sheet, MAX_SVG).unwrap();
        assert_eq!(svg(&sheet, lines.len()).unwrap(), lines);
        let text = svg(&sheet, lines.len() - 1).unwrap();
        assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n") && !text.contains("<path"));
        let (_, image) = text.split_once("data:image/png;base64,").unwrap();
        let (image, _) = image.split_once('"').unwrap();
        assert_eq!(pixels(&BASE64.decode(image.as_bytes()).unwrap()), sheet.raster().rgb());
    }
}
