package vintk.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Text as all files here hold it: in UTF-8, maybe behind the mark (U+FEFF) that some programs begin theirs with. */
public final class Utf8 {
    private static final String MARK = "\uFEFF";

    private Utf8() {}

    /**
     * All of a file, without its mark.
     *
     * @throws FileSystemException naming the first line that is none, where the file is in another encoding
     */
    public static String read(Path file) throws IOException {
        return decode(Files.readAllBytes(file), file, 1);
    }

    /**
     * The same for a part of a file.
     *
     * @param line at which it begins
     */
    public static String decode(byte[] bytes, Path file, int line) throws FileSystemException {
        CharBuffer text = CharBuffer.allocate(bytes.length);
        boolean other = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes), text, true)
                .isError();
        text.flip();
        if (other) {
            long before = text.chars().filter(c -> c == '\n').count();
            throw new FileSystemException(
                    file.toString(),
                    null,
                    "expected text in UTF-8, got other bytes in line %d: save the file as UTF-8"
                            .formatted(line + before));
        }
        return withoutMark(text.toString());
    }

    /** What may have been cut off in the middle of a character; other bytes are question marks in it. */
    public static String beginning(byte[] bytes) {
        return withoutMark(new String(bytes, StandardCharsets.UTF_8));
    }

    private static String withoutMark(String text) {
        return text.startsWith(MARK) ? text.substring(1) : text;
    }
}
