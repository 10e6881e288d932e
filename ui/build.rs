//! Embeds the icon and the version in the program's file, for Windows targets.

use std::env;
use std::io;

/// The icon that `assets/make-icon.sh` makes.
const ICON: &str = "assets/icon.ico";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={ICON}");
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "windows") {
        // The program works without them, so a machine without a resource compiler can build it.
        if let Err(error) = embed() {
            println!("cargo:warning=inkmesh.exe gets no icon and no version: the resource compiler failed: {error}");
        }
    }
}

/// Compiles both as a resource and links it to the program. The version comes from the package.
///
/// # Errors
/// When there is no resource compiler (`rc.exe` of the Windows SDK, `windres` of MinGW), or when it fails.
fn embed() -> io::Result<()> {
    winresource::WindowsResource::new()
        .set_icon(ICON)
        .set("ProductName", "Inkmesh")
        // The name that the task manager shows.
        .set("FileDescription", "Inkmesh")
        .set("OriginalFilename", "inkmesh.exe")
        .compile_for("inkmesh")
}
