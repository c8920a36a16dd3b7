package vintk.score;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A constant with the name that users type and files carry, such as {@code log-cond}. */
public interface Named {

    /** The name, lower case with hyphens; part of the file formats, so it does not change. */
    String id();

    /**
     * The constant of a given name.
     *
     * @throws IllegalArgumentException naming all choices, if there is none of that name
     */
    static <E extends Enum<E> & Named> E find(Class<E> type, String id) {
        for (E constant : type.getEnumConstants()) {
            if (constant.id().equals(id)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("Unknown %s '%s': choose one of %s"
                .formatted(
                        type.getSimpleName().toLowerCase(Locale.ROOT),
                        id,
                        Arrays.stream(type.getEnumConstants()).map(Named::id).collect(Collectors.joining(", "))));
    }
}
