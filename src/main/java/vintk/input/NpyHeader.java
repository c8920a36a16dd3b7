package vintk.input;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands before the values of a {@code .npy} file.
 *
 * <p>Format: NumPy enhancement proposal 1, {@code numpy.lib.format}. The bytes {@code 93 'NUMPY'}, one byte each of major
 * and minor version, the header's length (2 bytes little endian in version 1, 4 in versions 2 and 3), then a Python
 * dictionary in text with the keys {@code descr}, {@code fortran_order} and {@code shape}.
 */
record NpyHeader(NpyArray.DType type, ByteOrder order, boolean fortran, long[] shape) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    /** NumPy itself refuses over 10000; a plain array's header has about 100 bytes. */
    private static final int LONGEST = 1 << 16;

    /** NumPy's own limit. */
    private static final int MOST_AXES = 64;

    private static final Pattern DESCR = Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([^'\"]*)['\"]");
    private static final Pattern STRUCTURED = Pattern.compile("['\"]descr['\"]\\s*:\\s*\\[");
    private static final Pattern FORTRAN = Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([0-9L,\\s]*)\\)");

    /** Reads a header; the channel then stands at the first value. The message of an exception lacks the file's name. */
    static NpyHeader read(ReadableByteChannel channel) throws IOException {
        ByteBuffer start = fill(channel, 8);
        byte[] magic = new byte[MAGIC.length];
        start.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            throw new IOException("not a .npy file: expected it to begin with \\x93NUMPY");
        }
        int version = start.get();
        if (version < 1 || version > 3) {
            throw new IOException("expected .npy format version 1, 2 or 3, got " + version);
        }
        ByteBuffer size = fill(channel, version == 1 ? 2 : 4).order(ByteOrder.LITTLE_ENDIAN);
        long length = version == 1 ? size.getShort() & 0xffffL : size.getInt() & 0xffffffffL;
        if (length > LONGEST) {
            throw new IOException(
                    "the header claims " + length + " bytes, expected at most " + LONGEST + "; the file is damaged");
        }
        byte[] text = fill(channel, (int) length).array();
        return parse(new String(text, version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1));
    }

    private static ByteBuffer fill(ReadableByteChannel channel, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new IOException("the file ends inside the .npy header; it is cut off or not a .npy file");
            }
        }
        return buffer.flip();
    }

    private static NpyHeader parse(String text) throws IOException {
        if (STRUCTURED.matcher(text).find()) {
            throw new IOException("structured arrays (records with fields) are not read; save one field as f4 or f8");
        }
        String descr = find(DESCR, text, "descr");
        boolean fortran = find(FORTRAN, text, "fortran_order").equals("True");
        String[] extents = find(SHAPE, text, "shape").replace("L", "").trim().split("\\s*,\\s*");
        boolean scalar = extents.length == 0 || extents.length == 1 && extents[0].isEmpty();
        if (extents.length > MOST_AXES) {
            throw new IOException("expected a shape of at most " + MOST_AXES + " axes, got " + extents.length
                    + "; the file is damaged");
        }
        long[] shape = new long[scalar ? 0 : extents.length];
        try {
            for (int i = 0; i < shape.length; i++) {
                shape[i] = Long.parseLong(extents[i]);
            }
        } catch (NumberFormatException e) {
            throw damaged("shape", text);
        }
        return new NpyHeader(type(descr), order(descr), fortran, shape);
    }

    private static String find(Pattern pattern, String text, String key) throws IOException {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw damaged(key, text);
        }
        return matcher.group(1);
    }

    private static IOException damaged(String key, String text) {
        return new IOException("the .npy header has no readable '" + key + "': " + shown(text));
    }

    /** On one line, and not all of a header of thousands of characters. */
    private static String shown(String text) {
        String shown = text.strip().replaceAll("[^\\x20-\\x7e]", "?");
        return shown.length() > 120 ? shown.substring(0, 120) + "..." : shown;
    }

    private static NpyArray.DType type(String descr) throws IOException {
        for (NpyArray.DType type : NpyArray.DType.values()) {
            if (descr.length() == 3 && descr.endsWith(type.code()) && "<>|=".indexOf(descr.charAt(0)) >= 0) {
                return type;
            }
        }
        throw new IOException("expected element type f4, f8, i4, i8, u1 or b1, got '" + shown(descr)
                + "'; convert with array.astype('f4')");
    }

    /** {@code =} is the byte order of the machine that wrote the file, which NumPy never writes; little endian then. */
    private static ByteOrder order(String descr) {
        return descr.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /** The bytes of a version 1 header, padded so that the values begin at a multiple of 64. */
    static byte[] of(NpyArray array) {
        String text = "{'descr': '<" + array.type().code() + "', 'fortran_order': False, 'shape': " + array.shapeText()
                + ", }";
        int before = MAGIC.length + 4;
        int length = (before + text.length() + 1 + 63) / 64 * 64 - before;
        ByteBuffer bytes = ByteBuffer.allocate(before + length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) length);
        bytes.put((text + " ".repeat(length - 1 - text.length()) + "\n").getBytes(StandardCharsets.ISO_8859_1));
        return bytes.array();
    }
}
